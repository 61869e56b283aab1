#include "health/options.hpp"

#include <catch2/catch.hpp>

using namespace zke;
using namespace std::chrono_literals;

namespace {

using Arguments = std::vector<std::string>;

/// The one-line error, or empty.
std::string mistake(const Arguments& arguments) {
  const auto options = read_health_options(arguments);
  return options ? std::string() : options.error().detail();
}

constexpr auto kCheck = "--check=readiness";
constexpr auto kServer = "127.0.0.1:2181";

}  // namespace

TEST_CASE("a probe asks one server and has defaults for the rest", "[health]") {
  const auto options = read_health_options({kCheck, kServer});

  REQUIRE(options);
  CHECK(options->probe == ProbeKind::kReadiness);
  CHECK_FALSE(options->is_safe_to_stop);
  REQUIRE(options->servers.size() == 1);
  CHECK(options->servers[0].name == "127.0.0.1:2181");
  CHECK(options->servers[0].endpoint.port() == 2181);
  CHECK(options->timeout == 3s);
  CHECK(options->format == HealthOptions::Format::kText);
  CHECK(options->require == Require::kQuorum);
  CHECK_FALSE(options->allow_read_only);
  CHECK_FALSE(options->leader_last);
  CHECK(options->message.empty());
}

TEST_CASE("every flag is read", "[health]") {
  const auto options =
      read_health_options({"--check=safe-to-stop", "--member=[::1]:2182", "--leader-last",
                           "--timeout=500ms", "--format=nagios", "localhost:2181,[::1]:2182"});

  REQUIRE(options);
  CHECK(options->is_safe_to_stop);
  CHECK_FALSE(options->probe);
  CHECK(options->member == "[::1]:2182");
  CHECK(options->leader_last);
  CHECK(options->timeout == 500ms);
  CHECK(options->format == HealthOptions::Format::kNagios);
  REQUIRE(options->servers.size() == 2);
  CHECK(options->servers[0].name == "localhost:2181");
  CHECK(options->servers[0].endpoint.address().to_string() == "127.0.0.1");
  CHECK(options->servers[1].endpoint.address().is_v6());
  CHECK(read_health_options({"--check=readiness", "--allow-read-only", kServer})->allow_read_only);
  CHECK(read_health_options({"--check=ensemble", "--require=full", kServer})->require ==
        Require::kFull);
}

TEST_CASE("observers are asked like the servers, and known as such", "[health]") {
  const auto options =
      read_health_options({"--check=ensemble", "--observers=10.0.0.3:1,10.0.0.4:1", "10.0.0.1:1"});

  REQUIRE(options);
  REQUIRE(options->servers.size() == 3);
  CHECK(std::ranges::count(options->servers, true, &HealthOptions::Server::is_observer) == 2);
}

TEST_CASE("servers may come one by one and with blanks", "[health]") {
  const auto options =
      read_health_options({"--check=ensemble", "10.0.0.1:2181, 10.0.0.2:2181", "10.0.0.3:2181"});

  REQUIRE(options);
  CHECK_FALSE(options->probe);
  CHECK(options->servers.size() == 3);
}

TEST_CASE("a mistake is one line with the remedy", "[health]") {
  CHECK(mistake({}) == "--check is missing; see --help");
  CHECK(mistake({kServer}) == "--check is missing; see --help");
  CHECK(mistake({kCheck}) == "HOST:PORT is missing; see --help");
  CHECK(mistake({"--check=health", kServer}) ==
        "--check must be startup, liveness, readiness, safe-to-stop or ensemble; see --help");
  CHECK(mistake({"--check", "readiness", kServer}) ==
        "write --check=VALUE, which is startup, liveness, readiness, safe-to-stop or ensemble; see "
        "--help");
  CHECK(mistake({"--chek=readiness", kServer}) == "--chek is not a known flag; see --help");
  CHECK(mistake({"--", kServer}) == "-- is not a known flag; see --help");
  CHECK(mistake({kCheck, "--format=xml", kServer}) ==
        "--format must be text, json or nagios; see --help");
  CHECK(mistake({kCheck, "--require=all", kServer}) ==
        "--require must be quorum, writable, healthy or full; see --help");
  CHECK(mistake({kCheck, "--allow-read-only=false", kServer}) ==
        "--allow-read-only takes no value; see --help");
  CHECK(mistake({kCheck, "--leader-last=", kServer}) == "--leader-last takes no value; see --help");
  for (const auto* timeout : {"--timeout=0s", "--timeout=3", "--timeout=", "--timeout=-1s",
                              "--timeout=61m", "--timeout=107000d"}) {
    CHECK(mistake({kCheck, timeout, kServer}) ==
          "--timeout must be a duration of 1ms to 1h, such as 3s or 500ms; see --help");
  }
  CHECK(mistake({kCheck, "zk-0.zk:2181"}) ==
        "\"zk-0.zk\" is a name; give an IP address; see --help");
  CHECK(mistake({kCheck, "127.0.0.1"}) ==
        "\"127.0.0.1\" has no port; write 127.0.0.1:2181; see --help");
  CHECK(mistake({kCheck, "127.0.0.1:2181,"}) ==
        "\"127.0.0.1:2181,\" has an empty entry, a comma too many; write 127.0.0.1:2181; see "
        "--help");
  CHECK(mistake({kCheck, "zk://127.0.0.1:2181/kafka"}) ==
        "\"zk://127.0.0.1:2181/kafka\" is a URL; write 127.0.0.1:2181; see --help");
  CHECK(mistake({"--check=ensemble", "10.0.0.1:2181;10.0.0.2:2181"}) ==
        "\"10.0.0.1:2181;10.0.0.2:2181\" has separators that are no commas; write "
        "10.0.0.1:2181,10.0.0.2:2181; see --help");
  CHECK(mistake({"--check=ensemble", "127.0.0.1:1,[::ffff:127.0.0.1]:1"}) ==
        "127.0.0.1:1 is given twice; see --help");
  CHECK(mistake({"--check=ensemble", "--observers=127.0.0.1:1"}) ==
        "HOST:PORT is missing; see --help");
  CHECK(mistake({kCheck, "--observers=127.0.0.1:1", kServer}) ==
        "--observers belongs to --check=ensemble and --check=safe-to-stop; see --help");
  CHECK(mistake({"install", "-x"}) ==
        "\"-x\" is no flag of install; a file of that name is written ./-x; see --help");
  CHECK(mistake({"install"}) ==
        "write install PATH, the file or directory to copy it to; see --help");
  CHECK(mistake({kCheck, "127.0.0.1:2181,127.0.0.1:2182"}) ==
        "this check is about one server: give one HOST:PORT; see --help");
  CHECK(mistake({"--check=ensemble", "127.0.0.1:2181,localhost:2181"}) ==
        "localhost:2181 is given twice; see --help");
  CHECK(mistake({"--check=safe-to-stop", kServer}) ==
        "--member must be one of the servers; see --help");
  CHECK(mistake({"--check=safe-to-stop", "--member=127.0.0.1:1", kServer}) ==
        "--member must be one of the servers; see --help");
  CHECK(mistake({kCheck, "--leader-last", kServer}) ==
        "--member and --leader-last belong to --check=safe-to-stop; see --help");
  CHECK(mistake({"--check=liveness", "--allow-read-only", kServer}) ==
        "--allow-read-only belongs to --check=readiness; see --help");
  CHECK(mistake({kCheck, "--require=full", kServer}) ==
        "--require belongs to --check=ensemble; see --help");
  CHECK(mistake({"--check=safe-to-stop", "--member=zk", kServer}) ==
        "--member must be HOST:PORT; see --help");
}

TEST_CASE("a mistake stays one short line whatever was typed", "[health]") {
  const auto text = mistake({kCheck, "--" + std::string(5000, 'x') + "\n|"});

  CHECK(text.size() < 200);
  CHECK(text.find('\n') == std::string::npos);
}

TEST_CASE("help and version need nothing else", "[health]") {
  CHECK(read_health_options({"--help"})->message.starts_with("zk-health asks ZooKeeper servers"));
  CHECK(read_health_options({"--version"})->message.starts_with("zk-health "));
}

TEST_CASE("TLS has files, a name and a switch to verify nothing", "[health]") {
  CHECK_FALSE(read_health_options({kCheck, kServer})->tls);
  CHECK(read_health_options({kCheck, "--tls", kServer})->tls == TlsSettings());

  const auto options =
      read_health_options({kCheck, "--ca-file=/tls/ca.crt", "--cert-file=/tls/tls.crt", "--tls",
                           "--key-file=/tls/tls.key", "--server-name=zk-0.zk", kServer});

  REQUIRE(options);
  CHECK(options->tls->ca_file == "/tls/ca.crt");
  CHECK(options->tls->cert_file == "/tls/tls.crt");
  CHECK(options->tls->key_file == "/tls/tls.key");
  CHECK(options->tls->server_name == "zk-0.zk");
  CHECK(options->tls->verify);
  CHECK_FALSE(read_health_options({kCheck, "--tls", "--insecure", kServer})->tls->verify);
  CHECK(read_health_options({kCheck, "--tls", "--server-name=::1", kServer}));
  for (const auto* flag : {"--ca-file=ca.crt", "--server-name=zk", "--insecure"}) {
    CHECK(read_health_options({kCheck, flag, kServer})->tls);
  }
}

TEST_CASE("the host of a server is whom its certificate must name", "[health]") {
  const auto options = read_health_options({"--check=ensemble", "localhost:2181,[::1]:2182"});

  REQUIRE(options);
  CHECK(options->servers[0].host == "localhost");
  CHECK(options->servers[1].host == "::1");
}

TEST_CASE("mistakes in the flags of TLS are one line with the remedy", "[health]") {
  const auto of = [](std::vector<std::string> flags) {
    flags.insert(flags.end(), {kCheck, kServer});
    return mistake(flags);
  };
  CHECK(of({"--tls", "--cert-file=tls.crt"}) ==
        "--cert-file and --key-file belong together: give both or neither; see --help");
  CHECK(of({"--tls", "--key-file=tls.key"}) ==
        "--cert-file and --key-file belong together: give both or neither; see --help");
  CHECK(of({"--tls", "--insecure", "--ca-file=ca.crt"}) ==
        "--insecure verifies nothing: leave it out, or --ca-file; see --help");
  CHECK(of({"--tls=yes"}) == "--tls takes no value; see --help");
  CHECK(of({"--tls", "--insecure=1"}) == "--insecure takes no value; see --help");
  CHECK(of({"--tls", "--ca-file"}) ==
        "write --ca-file=VALUE, which is a file of certificates in PEM; see --help");
  CHECK(of({"--tls", "--ca-file="}) ==
        "--ca-file must be a file of certificates in PEM; see --help");
  for (const auto* name : {"", "zk-0:2181", "https://zk-0", "zk 0", "[::1]:2181"}) {
    CAPTURE(name);
    CHECK(of({"--tls", "--server-name=" + std::string(name)}) ==
          "--server-name must be a name or an IP address, without a port; see --help");
  }
}
