#include <chrono>
#include <string>

#include <catch2/catch.hpp>

#include "support/fake_admin_server.hpp"
#include "support/polling.hpp"

using namespace zke;
using namespace zke::test;
using namespace std::chrono_literals;

namespace {

EnsembleSettings settings_of(const std::string& name, const FakeServer& server,
                             const FakeAdminServer& admin, SourceChoice source) {
  auto settings = Polling::settings(name, {&server});
  settings.source = source;
  settings.admin.port = admin.endpoint().port();
  return settings;
}

std::string configuration_of(const FakeServer& server) {
  return R"({"client_port":)" + std::to_string(server.address().port) +
         R"(,"command":"configuration","error":null})";
}

bool is_told_by_admin_server(const SamplePtr& sample) {
  return sample && sample->is_source[static_cast<std::size_t>(PollSource::kAdminServer)];
}

}  // namespace

TEST_CASE("members of two ensembles on one host do not both believe its AdminServer", "[poll]") {
  Polling polling;
  const FakeServer one(polling.io, "3.9.3/leader");
  const FakeServer other(polling.io, "3.9.3/leader");
  FakeAdminServer admin(polling.io);
  admin.play("configuration", configuration_of(one));
  const auto orders = settings_of("orders", one, admin, SourceChoice::kAdminServer);
  const auto search = settings_of("search", other, admin, SourceChoice::kAdminServer);

  polling.apply({search});  // alone, its port may be mapped to another one
  REQUIRE(polling.wait_for([&] { return polling.is_polled("search"); }));
  CHECK(polling.sample("search", other)->state == MemberState::kLeader);

  polling.apply({search, orders});
  REQUIRE(polling.wait_for(
      [&] { return polling.sample("search", other)->state == MemberState::kUnreachable; }));
  CHECK(polling.sample("search", other)->reason == Reason::kMalformed);
  REQUIRE(polling.wait_for([&] { return polling.is_polled("orders"); }));
  CHECK(polling.sample("orders", one)->state == MemberState::kLeader);

  auto elsewhere = search;
  elsewhere.admin.port = 1;
  polling.apply({orders, elsewhere});
  REQUIRE(polling.wait_for(
      [&] { return polling.sample("search", other)->reason == Reason::kRefused; }));
}

TEST_CASE("an AdminServer that came too late tells in a poll soon", "[poll]") {
  Polling polling(Resolver::look_up, 60);
  polling.poll = {30s, 15s};
  FakeServer server(polling.io, "3.9.3/leader");
  for (const auto command : {Command::kMntr, Command::kWchs, Command::kConf}) {
    server.play(command, Script{captured("3.9.3/not-whitelisted", command)});
  }
  FakeAdminServer admin(polling.io);
  admin.play("configuration", configuration_of(server));
  admin.keep_silent(true);
  polling.apply({settings_of("orders", server, admin, SourceChoice::kAuto)});
  REQUIRE(polling.wait_for([&] { return polling.is_polled("orders"); }));
  CHECK(polling.sample("orders", server)->reason == Reason::kCommandRefused);

  admin.keep_silent(false);
  constexpr std::uint64_t kSoon = 5;  // polls
  REQUIRE(polling.wait_for([&] {
    const auto sample = polling.sample("orders", server);
    return is_told_by_admin_server(sample) || polls(sample) >= kSoon;
  }));
  CHECK(is_told_by_admin_server(polling.sample("orders", server)));
}
