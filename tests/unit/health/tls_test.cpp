#include "health/tls.hpp"

#include <catch2/catch.hpp>

using namespace zke;

namespace {

HealthOptions options_with(const std::string& ca_file, bool verify) {
  HealthOptions options;
  options.tls.emplace();
  options.tls->ca_file = ca_file;
  options.tls->verify = verify;
  return options;
}

}  // namespace

TEST_CASE("without --tls no file is read", "[health]") {
  const auto context = load_tls(HealthOptions());

  REQUIRE(context);
  CHECK(*context == nullptr);
  CHECK(tls_peer(*context, HealthOptions(), {}) == nullptr);
}

TEST_CASE("each server is asked for its own name, or all for that of --server-name", "[health]") {
  auto options = options_with("", false);
  const auto context = load_tls(options);
  HealthOptions::Server server;
  server.host = "10.0.0.1";

  REQUIRE(context);
  CHECK(tls_peer(*context, options, server)->name() == "10.0.0.1");
  options.tls->server_name = "zk.example";
  CHECK(tls_peer(*context, options, server)->name() == "zk.example");
}

TEST_CASE("a file that can't be used is told with its flag", "[health]") {
  const auto context = load_tls(options_with("/no/ca_file", true));

  REQUIRE_FALSE(context);
  CHECK(context.error().detail() ==
        "--ca-file /no/ca_file: cannot be read: No such file or directory");
}

TEST_CASE("texts name flags where they name settings, but leave paths and names alone",
          "[health]") {
  CHECK(name_flags("set cert_file and key_file; it said \"bad certificate\"") ==
        "set --cert-file and --key-file; it said \"bad certificate\"");
  CHECK(name_flags("not for zk-9; set server_name to one") ==
        "not for zk-9; set --server-name to one");
  CHECK(name_flags("this port speaks TLS; configure tls: for it") ==
        "this port speaks TLS; give --tls");
  CHECK(name_flags("without TLS; remove tls: or use its secureClientPort") ==
        "without TLS; leave --tls out or use its secureClientPort");
  CHECK(name_flags("/etc/ca_file my_key_file ca_files ca_file") ==
        "/etc/ca_file my_key_file ca_files --ca-file");
  CHECK(name_flags("").empty());
}
