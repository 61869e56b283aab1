#include "config/file.hpp"

#include <array>
#include <cerrno>
#include <fstream>
#include <set>
#include <system_error>

#include <yaml-cpp/yaml.h>

#include "base/text.hpp"
#include "config/check.hpp"
#include "config/section.hpp"

namespace zke {

namespace {

constexpr std::size_t kMaxShown = 100;

void read_poll(Section& file, Settings& settings) {
  file.read("poll", [&](const YAML::Node& node) {
    Section poll(file.file(), node, "poll");
    settings.poll.timeout = std::chrono::milliseconds(0);
    poll.read("interval", settings.poll.interval);
    poll.read("timeout", [&](const YAML::Node& value) {
      Section(poll).read("timeout", settings.poll.timeout);
      if (settings.poll.timeout.count() == 0) {
        poll.fail(value, "timeout", "is 0; write one such as 3s");
      }
    });
    poll.finish();
    settings.poll = with_default_timeout(settings.poll);
    if (const auto mistake = find_mistake(settings.poll); !mistake.empty()) {
      file.fail(node, "", mistake);
    }
  });
}

EnsembleSettings read_ensemble(const Section& file, const YAML::Node& node, std::size_t index,
                               std::set<std::string>& names, std::set<std::string>& members) {
  Section section(file.file(), node, "ensembles[" + std::to_string(index) + "]");
  EnsembleSettings ensemble;
  ensemble.name = "default";
  section.read("name", [&](const YAML::Node& value) {
    ensemble.name = text_of(section, "name", value);
    if (const auto mistake = find_name_mistake(ensemble.name); !mistake.empty()) {
      section.fail(value, "name", mistake);
    }
  });
  if (!names.insert(ensemble.name).second) {
    section.fail(node, "name",
                 "\"" + ensemble.name +
                     "\" is taken by an ensemble above; each needs "
                     "a name of its own");
  }
  section.read("members", [&](const YAML::Node& list) {
    if (!list.IsSequence() || list.size() == 0) {
      section.fail(list, "members", "must be a list of HOST:PORT, such as [zk-0.zk:2181]");
    }
    for (const auto& entry : list) {
      if (entry.IsSequence() || entry.IsMap()) {
        section.fail(entry, "members",
                     "must hold HOST:PORT; put an IPv6 address in quotes: \"[::1]:2181\"");
      }
      const auto address = parse_address(text_of(section, "members", entry));
      if (!address) {
        section.fail(entry, "members", address.error().detail());
      }
      if (!members.insert(to_string(*address)).second) {
        section.fail(entry, "members",
                     to_string(*address) +
                         " is listed twice; a member belongs to "
                         "one ensemble, once");
      }
      ensemble.members.push_back(*address);
    }
  });
  section.finish();
  if (ensemble.members.empty()) {
    section.fail(node, "members", "is missing; list the servers, such as [zk-0.zk:2181]");
  }
  return ensemble;
}

void read_ensembles(Section& file, Settings& settings) {
  file.read("ensembles", [&](const YAML::Node& list) {
    if (!list.IsSequence() || list.size() == 0) {
      file.fail(list, "ensembles", "must be a list of maps with name and members");
    }
    std::set<std::string> names;
    std::set<std::string> members;
    settings.ensembles.clear();
    for (const auto& node : list) {
      settings.ensembles.push_back(
          read_ensemble(file, node, settings.ensembles.size(), names, members));
    }
  });
}

void read_http(Section& file, Settings& settings) {
  file.read("http", [&](const YAML::Node& node) {
    Section http(file.file(), node, "http");
    http.read("listen", [&](const YAML::Node& list) {
      std::vector<std::string> texts;
      Section(http).read("listen", texts);
      settings.listen.clear();
      for (const auto& text : texts) {
        const auto address = parse_listen_address(text);
        if (!address) {
          http.fail(list, "listen", address.error().detail());
        }
        settings.listen.push_back(*address);
      }
    });
    http.read("telemetry_path", [&](const YAML::Node& value) {
      settings.telemetry_path = text_of(http, "telemetry_path", value);
      if (const auto mistake = find_path_mistake(settings.telemetry_path); !mistake.empty()) {
        http.fail(value, "telemetry_path", mistake);
      }
    });
    http.finish();
  });
}

void read_log(Section& file, Settings& settings) {
  file.read("log", [&](const YAML::Node& node) {
    Section log(file.file(), node, "log");
    log.read("level", [&](const YAML::Node& value) {
      const auto level = log::parse_level(text_of(log, "level", value));
      if (!level) {
        log.fail(value, "level", std::string(kLevelMistake));
      }
      settings.log_level = *level;
    });
    log.read("format", [&](const YAML::Node& value) {
      const auto format = log::parse_format(text_of(log, "format", value));
      if (!format) {
        log.fail(value, "format", std::string(kFormatMistake));
      }
      settings.log_format = *format;
    });
    log.finish();
  });
}

}  // namespace

Settings read_config_text(const std::string& name, const std::string& text) {
  Settings settings;
  try {
    const auto documents = YAML::LoadAll(text);
    if (documents.empty() || (documents.size() == 1 && documents[0].IsNull())) {
      return settings;
    }
    Section file(name, documents[0], "");
    if (documents.size() > 1) {
      file.fail(documents[1], "", "a second YAML document begins; put all into one");
    }
    read_poll(file, settings);
    read_ensembles(file, settings);
    read_http(file, settings);
    read_log(file, settings);
    file.finish();
  } catch (const YAML::Exception& e) {
    throw ConfigError(name + ":" + std::to_string(e.mark.line + 1) +
                      ": not valid YAML: " + printable(e.msg, kMaxShown));
  }
  return settings;
}

Settings read_config_file(const std::string& path) {
  std::ifstream file(path);
  const bool is_open = file.is_open();
  std::string text;
  constexpr std::size_t kMaxSize = 1U << 20U;  // a device would never end
  std::array<char, 4096> block{};
  while (file.good() &&
         text.size() <= kMaxSize) {  // an iterator would throw when the file is a directory
    file.read(block.data(), block.size());
    text.append(block.data(), static_cast<std::size_t>(file.gcount()));
  }
  if (text.size() > kMaxSize) {
    throw ConfigError(path +
                      ": is larger than 1 MiB, so it is no configuration; check --config.file");
  }
  if (!is_open || file.bad()) {
    throw ConfigError(path + ": cannot be read: " + std::generic_category().message(errno) +
                      "; check --config.file and the file's permissions");
  }
  return read_config_text(path, text);
}

}  // namespace zke
