#include "config/flags.hpp"

#include <optional>
#include <sstream>
#include <utility>

#include <boost/program_options.hpp>

#include "base/duration.hpp"
#include "base/text.hpp"
#include "config/check.hpp"
#include "config/file.hpp"

namespace zke {

namespace po = boost::program_options;

namespace {

using Texts = std::vector<std::string>;

auto* text(const char* placeholder) { return po::value<std::string>()->value_name(placeholder); }

auto* texts(const char* placeholder) {
  return po::value<Texts>()->composing()->value_name(placeholder);
}

po::options_description all_flags() {
  constexpr unsigned kWidth = 100;
  po::options_description config("Configuration", kWidth);
  config.add_options()                                                                           //
      ("config.file", text("FILE"), "YAML file with ensembles and settings; flags override it")  //
      ("config.check", "check the file and the flags, say what is wrong, and exit");
  po::options_description zookeeper("ZooKeeper", kWidth);
  zookeeper.add_options()  //
      ("zookeeper.servers", texts("HOST:PORT,..."),
       "members of one ensemble, instead of the file's ensembles (default: localhost:2181)")  //
      ("zookeeper.observers", texts("HOST:PORT,..."),
       "further members, which never count as voters where no server tells")                    //
      ("zookeeper.ensemble", text("NAME"), "name of that ensemble (default: default)")          //
      ("poll.interval", text("DURATION"), "time between two polls of a member (default: 10s)")  //
      ("poll.timeout", text("DURATION"),
       "deadline of one poll (default: 3s, or the interval if that is shorter)");
  po::options_description web("Web", kWidth);
  web.add_options()  //
      ("web.listen-address", texts("[HOST]:PORT"),
       "where to serve HTTP; may be given several times (default: :9141)")  //
      ("web.telemetry-path", text("PATH"), "path of the metrics (default: /metrics)");
  po::options_description log("Log (to stderr)", kWidth);
  log.add_options()                                                               //
      ("log.level", text("LEVEL"), "debug, info, warn or error (default: info)")  //
      ("log.format", text("FORMAT"), "logfmt or json (default: logfmt)");
  po::options_description general("General", kWidth);
  general.add_options()                    //
      ("help", "show this text and exit")  //
      ("version", "show the version and exit");
  po::options_description all;
  all.add(config).add(zookeeper).add(web).add(log).add(general);
  return all;
}

[[noreturn]] void fail(const std::string& flag, const std::string& message) {
  throw ConfigError("--" + flag + " " + message);
}

/// Throws when an argument is neither a flag nor a flag's value.
void check_words(const Texts& arguments, const po::options_description& known) {
  bool is_value = false;  // of the flag before
  for (const auto& argument : arguments) {
    const auto shown = "\"" + printable(argument, 100) + "\"";
    const auto bare = argument.substr(std::min(argument.find_first_not_of('-'), argument.size()));
    const auto name = bare.substr(0, bare.find('='));
    const auto* const flag = name.empty() ? nullptr : known.find_nothrow(name, false);
    if (argument.starts_with("--") && argument.size() > 2) {
      is_value = argument.find('=') == std::string::npos && flag != nullptr &&
                 flag->semantic()->max_tokens() > 0;
      continue;
    }
    if (argument.starts_with('-') && argument.size() > 1) {
      throw ConfigError(shown + (flag != nullptr
                                     ? " begins with one dash; write --" + printable(bare, 100)
                                     : std::string(" is no flag; see --help")));
    }
    if (!std::exchange(is_value, false)) {
      throw ConfigError(shown + " stands alone: only flags are expected (--name=value)" +
                        (parse_addresses(argument)
                             ? "; write --zookeeper.servers=" + printable(argument, 100)
                             : "; see --help"));
    }
  }
}

po::variables_map parse(const Texts& arguments) {
  namespace style = po::command_line_style;
  po::variables_map flags;
  const auto known = all_flags();
  check_words(arguments, known);
  const po::positional_options_description no_positionals;
  try {
    po::store(po::command_line_parser(arguments)
                  .options(known)
                  .positional(no_positionals)
                  .style(style::allow_long | style::long_allow_adjacent | style::long_allow_next)
                  .run(),
              flags);
    po::notify(flags);
  } catch (const po::unknown_option& e) {
    throw ConfigError(printable(e.get_option_name(), 100) + " is not a known flag; see --help");
  } catch (const po::invalid_command_line_syntax& e) {
    if (e.kind() == po::invalid_syntax::empty_adjacent_parameter) {
      throw ConfigError(printable(e.get_option_name(), 100) +
                        " is empty; give it a value or leave it out");
    }
    throw ConfigError(printable(e.what(), 200) + "; see --help");
  } catch (const po::too_many_positional_options_error&) {
    throw ConfigError("only flags are expected (--name=value); see --help");
  } catch (const po::error& e) {
    throw ConfigError(printable(e.what(), 200) + "; see --help");
  }
  return flags;
}

std::optional<std::string> find(const po::variables_map& flags, const char* name) {
  return flags.contains(name) ? std::optional(flags[name].as<std::string>()) : std::nullopt;
}

/// Every address of a flag that may be given several times, with commas.
std::vector<Address> find_servers(const po::variables_map& flags, const char* name) {
  std::vector<Address> servers;
  if (flags.contains(name)) {
    for (const auto& value : flags[name].as<Texts>()) {
      const auto addresses = parse_addresses(value);
      if (!addresses) {
        fail(name, addresses.error().detail());
      }
      servers.insert(servers.end(), addresses->begin(), addresses->end());
    }
  }
  return servers;
}

void read_ensemble(const po::variables_map& flags, Settings& settings) {
  const auto name = find(flags, "zookeeper.ensemble");
  if (name && !find_name_mistake(*name).empty()) {
    fail("zookeeper.ensemble", find_name_mistake(*name));
  }
  if (!flags.contains("zookeeper.servers")) {
    if (name && flags.contains("config.file")) {
      fail("zookeeper.ensemble", "names the servers of --zookeeper.servers; give both or neither");
    }
    if (flags.contains("zookeeper.observers")) {
      fail("zookeeper.observers", "adds to --zookeeper.servers; give both");
    }
    settings.ensembles[0].name = name.value_or(settings.ensembles[0].name);
    return;
  }
  settings.ensembles = {{name.value_or("default"), {}}};
  MemberList members(settings);
  for (const auto* flag : {"zookeeper.servers", "zookeeper.observers"}) {
    for (const auto& address : find_servers(flags, flag)) {
      const bool is_observer = flag == std::string_view("zookeeper.observers");
      if (const auto mistake = members.add(address, is_observer); !mistake.empty()) {
        fail(flag, mistake);
      }
    }
  }
}

void read_poll(const po::variables_map& flags, Settings& settings) {
  const auto read = [&](const std::string& name, std::string_view mistake,
                        std::chrono::milliseconds& into, std::string& place) {
    if (const auto value = find(flags, name.c_str())) {
      const auto duration = parse_duration(*value);
      if (!duration) {
        fail(name, "is \"" + printable(*value, 100) + "\"" + std::string(mistake));
      }
      into = *duration;
      place = "--" + name;
    }
  };
  read("poll.interval", kIntervalMistake, settings.poll.interval, settings.interval_place);
  read("poll.timeout", kTimeoutMistake, settings.poll.timeout, settings.timeout_place);
  settle_timeout(settings);
  if (const auto mistake = find_poll_mistake(settings); !mistake.empty()) {
    throw ConfigError(mistake);
  }
}

void read_web(const po::variables_map& flags, Settings& settings) {
  if (flags.contains("web.listen-address")) {
    settings.listen.clear();
    for (const auto& value : flags["web.listen-address"].as<Texts>()) {
      for (const auto text : split(value, ',')) {
        const auto address = parse_listen_address(trim(text));
        if (!address) {
          fail("web.listen-address", address.error().detail());
        }
        if (const auto mistake = add_listener(settings, *address); !mistake.empty()) {
          fail("web.listen-address", mistake);
        }
      }
    }
  }
  if (const auto path = find(flags, "web.telemetry-path")) {
    if (const auto mistake = find_path_mistake(*path); !mistake.empty()) {
      fail("web.telemetry-path", mistake);
    }
    settings.telemetry_path = *path;
  }
}

void read_log(const po::variables_map& flags, Settings& settings) {
  if (const auto text = find(flags, "log.level")) {
    const auto level = log::parse_level(*text);
    if (!level) {
      fail("log.level", std::string(kLevelMistake));
    }
    settings.log_level = *level;
  }
  if (const auto text = find(flags, "log.format")) {
    const auto format = log::parse_format(*text);
    if (!format) {
      fail("log.format", std::string(kFormatMistake));
    }
    settings.log_format = *format;
  }
}

}  // namespace

Invocation read_flags(const Texts& arguments) {
  const auto flags = parse(arguments);
  Invocation invocation;
  if (flags.contains("help")) {
    invocation.what = Invocation::What::kShowHelp;
    return invocation;
  }
  if (flags.contains("version")) {
    invocation.what = Invocation::What::kShowVersion;
    return invocation;
  }
  if (flags.contains("config.check")) {
    invocation.what = Invocation::What::kCheckConfig;
  }
  auto& settings = invocation.settings;
  if (const auto file = find(flags, "config.file")) {
    settings = read_config_file(*file);
  }
  read_ensemble(flags, settings);
  read_poll(flags, settings);
  read_web(flags, settings);
  read_log(flags, settings);
  return invocation;
}

std::string help_text() {
  std::ostringstream text;
  text << "zookeeper-exporter polls every member of ZooKeeper ensembles and serves what it finds "
          "to\n"
          "Prometheus on /metrics. Without flags it polls localhost:2181.\n\n"
          "Usage: zookeeper-exporter [--name=value]...\n"
       << all_flags();
  return text.str();
}

}  // namespace zke
