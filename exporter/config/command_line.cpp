#include "config/command_line.hpp"

#include <algorithm>
#include <sstream>
#include <utility>

#include <boost/program_options.hpp>

#include "base/text.hpp"
#include "config/settings.hpp"
#include "config/table.hpp"
#include "net/address.hpp"

namespace zke {

namespace po = boost::program_options;

namespace {

using Texts = std::vector<std::string>;

std::string help_of(const Setting& setting) {
  std::string help(setting.help);
  if (!setting.otherwise.value.empty() || !setting.otherwise.more.empty()) {
    help += " (default: ";
    help += setting.otherwise.value;
    help += setting.otherwise.more;
    help += ")";
  }
  return help;
}

void add(po::options_description& to, const Setting& setting) {
  const std::string flag(setting.flag);
  const std::string placeholder(setting.placeholder);
  const auto help = help_of(setting);
  if (placeholder.empty()) {
    to.add_options()(flag.c_str(), help.c_str());
  } else if (setting.is_list) {
    to.add_options()(flag.c_str(), po::value<Texts>()->composing()->value_name(placeholder),
                     help.c_str());
  } else {
    to.add_options()(flag.c_str(), po::value<std::string>()->value_name(placeholder), help.c_str());
  }
}

po::options_description all_flags() {
  constexpr unsigned kWidth = 100;
  po::options_description all;
  const auto table = settings_table();
  for (auto row = table.begin(); row != table.end();) {
    const auto title = row->group;
    po::options_description group(std::string(title), kWidth);
    for (; row != table.end() && row->group == title; ++row) {
      add(group, *row);
    }
    all.add(group);
  }
  return all;
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

}  // namespace

GivenFlags parse_command_line(const std::vector<std::string>& arguments) {
  const auto parsed = parse(arguments);
  GivenFlags given;
  for (const auto& setting : settings_table()) {
    const std::string flag(setting.flag);
    if (parsed.contains(flag)) {
      const auto& value = parsed[flag];
      given[flag] = setting.placeholder.empty() ? Texts()
                    : setting.is_list           ? value.as<Texts>()
                                                : Texts{value.as<std::string>()};
    }
  }
  return given;
}

std::optional<std::string> value_of(const GivenFlags& flags, std::string_view name) {
  const auto found = flags.find(name);
  return found == flags.end() ? std::nullopt : std::optional(found->second.front());
}

std::string list_flags() {
  std::ostringstream text;
  text << all_flags();
  return text.str();
}

}  // namespace zke
