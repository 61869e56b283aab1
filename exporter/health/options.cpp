#include "health/options.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <boost/asio/ip/address.hpp>

#include "base/duration.hpp"
#include "base/text.hpp"
#include "base/version.hpp"
#include "net/address.hpp"

namespace zke {

namespace {

constexpr std::string_view kHelp =
    R"(zk-health asks ZooKeeper servers for their health; made for probes of pods, scripts and rollouts.

Usage: zk-health --check=CHECK [--name=value]... HOST:PORT[,HOST:PORT]...
       zk-health install PATH        copy this program there

  --check=startup       the server has opened its port and speaks
  --check=liveness      fails only when a restart of this server would help; never about the quorum
  --check=readiness     clients can be served by this server now
  --check=safe-to-stop  --member may be stopped: the others are a quorum in sync without it
  --check=ensemble      the servers as a whole meet --require

  --member=HOST:PORT    for safe-to-stop: which of the servers
  --observers=HOST:PORT  for ensemble and safe-to-stop: more servers; no votes where no server tells
  --leader-last         for safe-to-stop: not the leader
  --require=LEVEL       for ensemble: quorum (default), writable, healthy or full
  --allow-read-only     for readiness: a read-only server is ready
  --tls                 speak TLS and verify the server's certificate; so say the next five too
  --ca-file=FILE        authorities that are believed, PEM (default: the system's)
  --cert-file=FILE, --key-file=FILE  our own certificate and its key, PEM
  --server-name=NAME    whom the server's certificate names (default: HOST)
  --insecure            the server's certificate is not verified
  --timeout=DURATION    deadline of the whole check, 1ms to 1h (default: 3s)
  --format=FORMAT       text (default), json or nagios: one line
  --help, --version

HOST is an IP address or localhost. Exit codes: 0 healthy, 1 usage, 2 no connection or no answer in
time, 3 no ZooKeeper's answer or none in this TLS, 4 unhealthy, 5 a command is not in the server's whitelist, 6 unknown.
With --format=nagios: 0 ok, 1 warning, 2 critical, 3 unknown.
)";

Error usage(std::string text) { return {Reason::kMalformed, std::move(text) + "; see --help"}; }

bool has_server(const HealthOptions& options, const std::string& name) {
  const auto& servers = options.servers;
  return std::ranges::find(servers, name, &HealthOptions::Server::name) != servers.end();
}

std::optional<Error> read_servers(std::string_view text, bool is_observer, HealthOptions& options) {
  const auto addresses = parse_addresses(text);
  if (!addresses) {
    return usage(addresses.error().detail());
  }
  for (const auto& address : *addresses) {
    boost::system::error_code ec;
    const auto host = address.host == "localhost" ? "127.0.0.1" : address.host;
    const auto ip = boost::asio::ip::make_address(host, ec);
    if (ec) {
      return usage("\"" + address.host + "\" is a name; give an IP address");
    }
    const auto name = to_string(address);
    const boost::asio::ip::tcp::endpoint endpoint(ip, address.port);
    if (std::ranges::find(options.servers, endpoint, &HealthOptions::Server::endpoint) !=
        options.servers.end()) {
      return usage(name + " is given twice");
    }
    options.servers.push_back({name, address.host, endpoint, is_observer});
  }
  return std::nullopt;
}

bool read_check(std::string_view value, HealthOptions& options) {
  options.probe = parse_probe_kind(value);
  options.is_safe_to_stop = value == "safe-to-stop";
  return options.probe || options.is_safe_to_stop || value == "ensemble";
}

bool read_format(std::string_view value, HealthOptions& options) {
  using Format = HealthOptions::Format;
  constexpr auto kFormats = std::to_array<std::pair<std::string_view, Format>>(
      {{"text", Format::kText}, {"json", Format::kJson}, {"nagios", Format::kNagios}});
  for (const auto& [name, format] : kFormats) {
    if (name == value) {
      options.format = format;
      return true;
    }
  }
  return false;
}

bool read_require(std::string_view value, HealthOptions& options) {
  const auto require = parse_require(value);
  options.require = require.value_or(Require::kQuorum);
  return require.has_value();
}

bool read_timeout(std::string_view value, HealthOptions& options) {
  const auto duration = parse_duration(value);
  options.timeout = duration.value_or(options.timeout);
  return duration && duration->count() > 0 && *duration <= std::chrono::hours(1);
}

bool read_member(std::string_view value, HealthOptions& options) {
  const auto address = parse_address(value);
  options.member = address ? to_string(*address) : std::string();
  return bool(address);
}

/// What a flag of TLS sets: each says that TLS is spoken.
TlsSettings& tls_of(HealthOptions& options) {
  return options.tls ? *options.tls : options.tls.emplace();
}

template <std::string TlsSettings::*field>
bool read_tls(std::string_view value, HealthOptions& options) {
  tls_of(options).*field = value;
  return !value.empty();
}

bool read_server_name(std::string_view value, HealthOptions& options) {
  boost::system::error_code ec;
  boost::asio::ip::make_address(value, ec);
  tls_of(options).server_name = value;
  return !ec || (!value.empty() && read_address(std::string(value) + ":1"));  // no second port
}

struct Flag {
  std::string_view name;
  bool (*read)(std::string_view, HealthOptions&);
  std::string_view values;
};

constexpr auto kFlags = std::to_array<Flag>({
    {"ca-file", read_tls<&TlsSettings::ca_file>, "a file of certificates in PEM"},
    {"cert-file", read_tls<&TlsSettings::cert_file>, "a file with a certificate in PEM"},
    {"check", read_check, "startup, liveness, readiness, safe-to-stop or ensemble"},
    {"format", read_format, "text, json or nagios"},
    {"key-file", read_tls<&TlsSettings::key_file>, "a file with a private key in PEM"},
    {"member", read_member, "HOST:PORT"},
    {"require", read_require, "quorum, writable, healthy or full"},
    {"server-name", read_server_name, "a name or an IP address, without a port"},
    {"timeout", read_timeout, "a duration of 1ms to 1h, such as 3s or 500ms"},
});

struct Switch {
  std::string_view name;
  void (*set)(HealthOptions&);
};

constexpr auto kSwitches = std::to_array<Switch>({
    {"allow-read-only", [](HealthOptions& options) { options.allow_read_only = true; }},
    {"insecure", [](HealthOptions& options) { tls_of(options).verify = false; }},
    {"leader-last", [](HealthOptions& options) { options.leader_last = true; }},
    {"tls", [](HealthOptions& options) { tls_of(options); }},
});

std::optional<Error> read_flag(std::string_view flag, bool& has_check, HealthOptions& options) {
  auto value = flag.substr(2);
  const auto name = take_until(value, '=');
  if (const auto* known = std::ranges::find(kSwitches, name, &Switch::name);
      known != kSwitches.end()) {
    if (flag.find('=') != std::string_view::npos) {
      return usage("--" + std::string(name) + " takes no value");
    }
    known->set(options);
    return std::nullopt;
  }
  if (name == "observers") {
    return read_servers(value, true, options);
  }
  const auto* known = std::ranges::find(kFlags, name, &Flag::name);
  if (known == kFlags.end()) {
    return usage("--" + printable(name, 50) + " is not a known flag");
  }
  if (flag.find('=') == std::string_view::npos) {
    return usage("write --" + std::string(name) + "=VALUE, which is " + std::string(known->values));
  }
  if (!known->read(value, options)) {
    return usage("--" + std::string(name) + " must be " + std::string(known->values));
  }
  has_check = has_check || name == "check";
  return std::nullopt;
}

std::optional<Error> find_tls_mistake(const TlsSettings& tls) {
  if (tls.cert_file.empty() != tls.key_file.empty()) {
    return usage("--cert-file and --key-file belong together: give both or neither");
  }
  if (!tls.verify && !tls.ca_file.empty()) {
    return usage("--insecure verifies nothing: leave it out, or --ca-file");
  }
  return std::nullopt;
}

std::optional<Error> find_mistake(bool has_check, const HealthOptions& options) {
  if (!has_check) {
    return usage("--check is missing");
  }
  if (options.tls) {
    if (auto mistake = find_tls_mistake(*options.tls)) {
      return mistake;
    }
  }
  const auto observers =
      std::ranges::count(options.servers, true, &HealthOptions::Server::is_observer);
  if (std::ranges::ssize(options.servers) == observers) {
    return usage("HOST:PORT is missing");
  }
  if (observers > 0 && options.probe) {
    return usage("--observers belongs to --check=ensemble and --check=safe-to-stop");
  }
  if (options.probe && options.servers.size() > 1) {
    return usage("this check is about one server: give one HOST:PORT");
  }
  if (options.is_safe_to_stop && !has_server(options, options.member)) {
    return usage("--member must be one of the servers");
  }
  if (!options.is_safe_to_stop && (options.leader_last || !options.member.empty())) {
    return usage("--member and --leader-last belong to --check=safe-to-stop");
  }
  if (options.allow_read_only && options.probe != ProbeKind::kReadiness) {
    return usage("--allow-read-only belongs to --check=readiness");
  }
  if (options.require != Require::kQuorum && (options.probe || options.is_safe_to_stop)) {
    return usage("--require belongs to --check=ensemble");
  }
  return std::nullopt;
}

/// What stands behind `install`.
Result<HealthOptions> read_install(const std::vector<std::string>& arguments) {
  if (arguments.size() != 2 || arguments[1].empty()) {
    return usage("write install PATH, the file or directory to copy it to");
  }
  if (arguments[1].starts_with('-')) {
    return usage("\"" + printable(arguments[1], 100) +
                 "\" is no flag of install; a file of that name is written ./" +
                 printable(arguments[1], 100));
  }
  HealthOptions options;
  options.install_path = arguments[1];
  return options;
}

}  // namespace

Result<HealthOptions> read_health_options(const std::vector<std::string>& arguments) {
  HealthOptions options;
  if (std::ranges::find(arguments, "--help") != arguments.end()) {
    options.message = kHelp;
    return options;
  }
  if (std::ranges::find(arguments, "--version") != arguments.end()) {
    options.message = std::string("zk-health ") + kVersion + "\n";
    return options;
  }
  if (!arguments.empty() && arguments[0] == "install") {
    return read_install(arguments);
  }
  bool has_check = false;
  for (const auto& argument : arguments) {
    std::optional<Error> mistake;
    if (argument.starts_with("--")) {
      mistake = read_flag(argument, has_check, options);
    } else {
      mistake = read_servers(argument, false, options);
    }
    if (mistake) {
      return *mistake;
    }
  }
  if (const auto mistake = find_mistake(has_check, options)) {
    return *mistake;
  }
  return options;
}

}  // namespace zke
