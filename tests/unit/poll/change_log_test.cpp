#include "poll/change_log.hpp"

#include <memory>

#include <catch2/catch.hpp>

#include "support/captured_log.hpp"

using namespace zke;
using namespace zke::test;

namespace {

SnapshotPtr snapshot(const std::optional<Snapshot::Tls>& tls) {
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->name = "orders";
  snapshot->tls = tls;
  return snapshot;
}

constexpr auto kUnverified = "certificates are not verified: anybody may pose as these servers";
constexpr auto kUnwise = "unwise file of TLS";
constexpr auto kNotUsed = "new files of TLS can't be used, the old ones stay";
constexpr auto kUsedAgain = "files of TLS can be used again";

}  // namespace

TEST_CASE("certificates that are not verified are logged once", "[poll]") {
  const CapturedLog log;
  Snapshot::Tls tls;
  tls.is_verifying = false;
  const auto before = snapshot(std::nullopt);
  const auto now = snapshot(tls);
  const auto good = snapshot(Snapshot::Tls());

  log_changes(nullptr, good);
  log_changes(good, good);
  CHECK(log.text().empty());
  log_changes(before, now);
  log_changes(now, now);
  CHECK(log.count(kUnverified) == 1);
  CHECK(log.count("level=warn") == 1);
  CHECK(log.count("ensemble=orders remedy=\"verify: full\"") == 1);
  log_changes(now, good);
  log_changes(good, now);
  CHECK(log.count(kUnverified) == 2);
}

TEST_CASE("each unwise file of TLS is logged once", "[poll]") {
  const CapturedLog log;
  Snapshot::Tls tls;
  tls.warnings = {"key_file /a: every user can read it"};
  const auto one = snapshot(tls);
  tls.warnings.emplace_back("key_file /b: every user can read it");
  const auto two = snapshot(tls);

  log_changes(nullptr, one);
  log_changes(one, one);
  CHECK(log.count(kUnwise) == 1);
  log_changes(one, two);
  log_changes(two, two);
  CHECK(log.count(kUnwise) == 2);
  CHECK(log.count("file=\"key_file /b: every user can read it\"") == 1);
}

TEST_CASE("new files of TLS that are broken are logged once, and once that they are mended",
          "[poll]") {
  const CapturedLog log;
  const auto good = snapshot(Snapshot::Tls());
  Snapshot::Tls tls;
  tls.mistake = "ca_file /x: is empty";
  const auto bad = snapshot(tls);

  log_changes(good, bad);
  log_changes(bad, bad);
  CHECK(log.count(kNotUsed) == 1);
  CHECK(log.count("mistake=\"ca_file /x: is empty\"") == 1);
  CHECK(log.count(kUsedAgain) == 0);
  log_changes(bad, good);
  log_changes(good, good);
  CHECK(log.count(kNotUsed) == 1);
  CHECK(log.count(kUsedAgain) == 1);
}

TEST_CASE("what a client sees to be wrong is logged when it begins and when it ends", "[poll]") {
  const CapturedLog log;
  const auto with = [](const Findings& findings) {
    auto snapshot = std::make_shared<Snapshot>();
    snapshot->name = "orders";
    snapshot->verdict.findings = findings;
    return snapshot;
  };
  const auto well = with({{FindingCode::kVoterDown, "zk-1", "zk-1 can't be reached"}});
  const auto one = with({{FindingCode::kWritesFail, "zk-1", "since 1s"}});
  const auto later = with({{FindingCode::kWritesFail, "zk-1", "since 2s"},
                           {FindingCode::kWritesFail, "zk-2", "since 1s"}});
  log_changes(well, well);
  log_changes(well, one);
  CHECK(log.count("a client sees a fault") == 1);
  CHECK(log.count("member=zk-1 finding=writes_fail text=\"since 1s\"") == 1);
  log_changes(one, later);
  CHECK(log.count("a client sees a fault") == 2);
  log_changes(later, one);
  log_changes(one, well);
  CHECK(log.count("a client sees a fault no more") == 2);
  CHECK(log.count("level=warn") == 2);
}
