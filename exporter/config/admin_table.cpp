#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"
#include "config/table.hpp"
#include "config/values.hpp"

namespace zke {

namespace {

using Texts = std::vector<std::string>;

constexpr std::string_view kGroup = "Source of figures";

constexpr auto kChoices = std::to_array<std::pair<std::string_view, SourceChoice>>({
    {"auto", SourceChoice::kAuto},
    {"four_letter_words", SourceChoice::kFourLetterWords},
    {"admin_server", SourceChoice::kAdminServer},
});

std::string read_source(const Texts& texts, EnsembleSettings& ensemble) {
  for (const auto& [text, choice] : kChoices) {
    if (text == texts.front()) {
      ensemble.source = choice;
      return {};
    }
  }
  return "must be auto, four_letter_words or admin_server";
}

// What is as it is by default is not shown.

Texts show_source(const EnsembleSettings& ensemble) {
  const auto* const choice = std::ranges::find(kChoices, ensemble.source,
                                               &std::pair<std::string_view, SourceChoice>::second);
  return ensemble.source == SourceChoice::kAuto ? Texts() : Texts{std::string(choice->first)};
}

std::string read_port(const Texts& texts, EnsembleSettings& ensemble) {
  constexpr std::int64_t kMax = 65535;
  const auto port = parse_int(texts.front());
  if (!port || *port < 1 || *port > kMax) {
    return "must be a port, 1 to 65535";
  }
  ensemble.admin.port = static_cast<std::uint16_t>(*port);
  return {};
}

Texts show_port(const EnsembleSettings& ensemble) {
  return ensemble.admin.port == AdminSettings().port ? Texts()
                                                     : Texts{std::to_string(ensemble.admin.port)};
}

std::string read_path(const Texts& texts, EnsembleSettings& ensemble) {
  const auto& path = texts.front();
  if (!path.starts_with('/') || path.ends_with('/') || !is_plain(path, "?#")) {
    return "must begin with a slash and not end in one, such as /commands";
  }
  ensemble.admin.path = path;
  return {};
}

Texts show_path(const EnsembleSettings& ensemble) {
  return ensemble.admin.path == AdminSettings().path ? Texts() : Texts{ensemble.admin.path};
}

std::string read_scheme(const Texts& texts, EnsembleSettings& ensemble) {
  if (texts.front() != "http" && texts.front() != "https") {
    return "must be http or https";
  }
  ensemble.admin.is_https = texts.front() == "https";
  return {};
}

Texts show_scheme(const EnsembleSettings& ensemble) {
  return ensemble.admin.is_https ? Texts{"https"} : Texts();
}

std::string read_username(const Texts& texts, EnsembleSettings& ensemble) {
  const auto& name = texts.front();
  if (name.empty() || !is_plain(name, ":")) {
    return "must be a name without blanks and colons";
  }
  ensemble.admin.username = name;
  return {};
}

Texts show_username(const EnsembleSettings& ensemble) {
  return ensemble.admin.username.empty() ? Texts() : Texts{ensemble.admin.username};
}

std::string read_password_file(const Texts& texts, EnsembleSettings& ensemble) {
  ensemble.admin.password_file = texts.front();
  return find_file_name_mistake(texts.front());
}

Texts show_password_file(const EnsembleSettings& ensemble) {
  return ensemble.admin.password_file.empty() ? Texts() : Texts{ensemble.admin.password_file};
}

constexpr auto kTable = std::to_array<Setting>({
    {
        .flag = "zookeeper.source",
        .key = "ensembles[].source",
        .group = kGroup,
        .placeholder = "SOURCE",
        .help = "auto: four-letter words, and the AdminServer for what these do not give",
        .otherwise = {"", "auto"},
        .bounds = "auto, four_letter_words or admin_server",
        .read_for = read_source,
        .show_of = show_source,
    },
    {
        .flag = "zookeeper.admin.port",
        .key = "ensembles[].admin.port",
        .group = kGroup,
        .placeholder = "PORT",
        .help = "port of the servers' AdminServers (admin.serverPort)",
        .otherwise = {"", "8080"},
        .bounds = "1 to 65535",
        .read_for = read_port,
        .show_of = show_port,
    },
    {
        .flag = "zookeeper.admin.path",
        .key = "ensembles[].admin.path",
        .group = kGroup,
        .placeholder = "PATH",
        .help = "path before the names of its pages (admin.commandURL)",
        .otherwise = {"", "/commands"},
        .bounds = "begins with a slash",
        .read_for = read_path,
        .show_of = show_path,
    },
    {
        .flag = "zookeeper.admin.scheme",
        .key = "ensembles[].admin.scheme",
        .group = kGroup,
        .placeholder = "SCHEME",
        .help = "https: it speaks TLS, by the same settings as the client port",
        .otherwise = {"", "http"},
        .bounds = "http, or https with tls:",
        .read_for = read_scheme,
        .show_of = show_scheme,
    },
    {
        .flag = "zookeeper.admin.username",
        .key = "ensembles[].admin.username",
        .group = kGroup,
        .placeholder = "NAME",
        .help = "name for a proxy before the AdminServer that wants one",
        .otherwise = {"", "none"},
        .bounds = "together with the password's file",
        .read_for = read_username,
        .show_of = show_username,
    },
    {
        .flag = "zookeeper.admin.password-file",
        .key = "ensembles[].admin.password_file",
        .group = kGroup,
        .placeholder = "FILE",
        .help = "file with its password, read again with the configuration file",
        .otherwise = {"", "none"},
        .bounds = "together with the name",
        .read_for = read_password_file,
        .show_of = show_password_file,
    },
});

}  // namespace

std::span<const Setting> admin_table() { return kTable; }

}  // namespace zke
