#include "config/file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <set>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/yaml.h>

#include "base/duration.hpp"
#include "base/text.hpp"
#include "config/check.hpp"
#include "config/section.hpp"

namespace zke {

namespace {

constexpr std::size_t kMaxShown = 100;
constexpr std::size_t kMaxPath = 500;
constexpr std::size_t kMaxSize = 1U << 20U;

/// As YAML wants it.
std::string quoted(const Address& address) {
  const auto text = to_string(address);
  return text.starts_with('[') ? "\"" + text + "\"" : text;
}

/// A duration, and where it stands.
void read_duration(Section& poll, const char* key, std::string_view mistake,
                   std::chrono::milliseconds& into, std::string& place) {
  poll.read(key, [&](const YAML::Node& value) {
    const auto text = text_of(poll, key, value);
    const auto duration = parse_duration(text);
    if (!duration) {
      poll.fail(value, key, "is \"" + printable(text, kMaxShown) + "\"" + std::string(mistake));
    }
    into = *duration;
    place = poll.place(value, key);
  });
}

void read_poll(Section& file, Settings& settings) {
  file.read("poll", [&](const YAML::Node& node) {
    Section poll(file.file(), node, "poll");
    read_duration(poll, "interval", kIntervalMistake, settings.poll.interval,
                  settings.interval_place);
    read_duration(poll, "timeout", kTimeoutMistake, settings.poll.timeout, settings.timeout_place);
    poll.finish();
    const bool are_both_given = !settings.interval_place.empty() && !settings.timeout_place.empty();
    if (const auto mistake = find_poll_mistake(settings); are_both_given && !mistake.empty()) {
      throw ConfigError(mistake);
    }
  });
}

/// What a list of addresses must be, with the user's own text where it is one.
std::string list_mistake(const YAML::Node& node) {
  const std::string start = "must be a list of HOST:PORT, such as ";
  const auto addresses =
      node.IsScalar() ? parse_addresses(node.Scalar()) : Error(Reason::kMalformed, {});
  std::string list;
  for (std::size_t i = 0; addresses && i < std::min<std::size_t>(addresses->size(), 5); ++i) {
    list += (list.empty() ? "" : ", ") + quoted((*addresses)[i]);
  }
  return start + "[" + (list.empty() ? "zk-0.zk:2181" : list) + "]";
}

/// `- zk-0: 2181` and `- [::1]:2181` are no texts for YAML.
std::string entry_mistake(const YAML::Node& entry) {
  if (entry.IsMap() && entry.size() == 1 && entry.begin()->first.IsScalar() &&
      entry.begin()->second.IsScalar()) {
    const auto text = entry.begin()->first.Scalar() + ":" + entry.begin()->second.Scalar();
    if (const auto address = parse_address(text)) {
      return "must hold HOST:PORT; write " + quoted(*address) + " without a blank in it";
    }
  }
  if (entry.IsSequence() && entry.size() > 0 && entry[0].IsScalar() &&
      read_address(entry[0].Scalar())) {
    return "must hold HOST:PORT; write each for itself, not a list in the list";
  }
  return "must hold HOST:PORT; put an IPv6 address in quotes: \"[::1]:2181\"";
}

void read_members(Section& section, const char* key, bool is_observer, MemberList& members) {
  section.read(key, [&](const YAML::Node& list) {
    if (!list.IsSequence()) {
      section.fail(list, key, list_mistake(list));
    }
    if (list.size() == 0) {
      section.fail(list, key,
                   is_observer ? "is empty; remove the key"
                               : "is empty; list the servers, such as [zk-0.zk:2181]");
    }
    for (const auto& entry : list) {
      if (entry.IsSequence() || entry.IsMap()) {
        section.fail(entry, key, entry_mistake(entry));
      }
      const auto address = parse_address(text_of(section, key, entry));
      if (!address) {
        section.fail(entry, key, address.error().detail());
      }
      if (const auto mistake = members.add(*address, is_observer); !mistake.empty()) {
        section.fail(entry, key, mistake);
      }
    }
  });
}

void read_ensemble(const Section& file, const YAML::Node& node, Settings& settings,
                   std::set<std::string>& names, MemberList& members) {
  const auto index = std::to_string(settings.ensembles.size());
  if (!node.IsMap()) {
    file.fail(node, "ensembles[" + index + "]",
              "must be a map, such as {name: orders, members: [zk-0.zk:2181]}");
  }
  Section section(file.file(), node, "ensembles[" + index + "]");
  auto& ensemble = settings.ensembles.emplace_back();
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
  read_members(section, "members", false, members);
  read_members(section, "observers", true, members);
  section.finish();
  if (ensemble.members.size() == ensemble.observers.size()) {
    section.fail(node, "members", "is missing; list the servers, such as [zk-0.zk:2181]");
  }
}

void read_ensembles(Section& file, Settings& settings) {
  file.read("ensembles", [&](const YAML::Node& list) {
    constexpr const char* kExample = "[{name: orders, members: [zk-0.zk:2181]}]";
    if (!list.IsSequence()) {
      file.fail(list, "ensembles", std::string("must be a list of maps, such as ") + kExample);
    }
    if (list.size() == 0) {
      file.fail(list, "ensembles",
                std::string("is empty; list one, such as ") + kExample + ", or remove the key");
    }
    std::set<std::string> names;
    settings.ensembles.clear();
    MemberList members(settings);
    for (const auto& node : list) {
      read_ensemble(file, node, settings, names, members);
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
        if (const auto mistake = add_listener(settings, *address); !mistake.empty()) {
          http.fail(list, "listen", mistake);
        }
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

/// A file that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() { close(fd_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  Descriptor(Descriptor&&) = delete;
  Descriptor& operator=(Descriptor&&) = delete;

  int fd() const { return fd_; }

 private:
  int fd_;
};

const char* kind_of(mode_t mode) {
  return S_ISDIR(mode)    ? "a directory"
         : S_ISFIFO(mode) ? "a pipe"
         : S_ISSOCK(mode) ? "a socket"
                          : "a device";
}

/// What is wrong with a text that is no YAML.
std::string explain(const YAML::Exception& e, std::string_view text) {
  if (dynamic_cast<const YAML::DeepRecursion*>(&e) != nullptr) {
    return "nests too deep; lists and maps nest four deep at most here";
  }
  for (int line = 0; line < e.mark.line; ++line) {
    take_line(text);
  }
  const auto line = take_line(text);
  const auto indentation = line.substr(0, std::min(line.find_first_not_of(" \t"), line.size()));
  if (indentation.find('\t') != std::string_view::npos) {
    return "is indented with a tab; YAML takes blanks only";
  }
  return "not valid YAML: " + printable(e.msg, kMaxShown);
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
    throw ConfigError(name + ":" + std::to_string(e.mark.line + 1) + ": " + explain(e, text));
  }
  return settings;
}

Settings read_config_file(const std::string& path) {
  const auto shown = printable(path, kMaxPath);
  const auto fail = [&](const std::string& what) { throw ConfigError(shown + ": " + what); };
  const auto fail_to_read = [&] {
    fail("cannot be read: " + std::generic_category().message(errno) +
         "; check --config.file and the file's permissions");
  };
  const Descriptor file(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
  struct stat status {};
  if (file.fd() < 0 || fstat(file.fd(), &status) != 0) {
    fail_to_read();
  }
  if (!S_ISREG(status.st_mode)) {
    fail(std::string("is ") + kind_of(status.st_mode) +
         ", not a regular file; check --config.file");
  }
  std::string text;
  std::array<char, 65536> block{};
  for (;;) {
    const auto size = read(file.fd(), block.data(), block.size());
    if (size < 0) {
      fail_to_read();
    }
    if (size == 0) {
      return read_config_text(shown, text);
    }
    text.append(block.data(), static_cast<std::size_t>(size));
    if (text.size() > kMaxSize) {
      fail("is larger than 1 MiB, so it is no configuration; check --config.file");
    }
  }
}

}  // namespace zke
