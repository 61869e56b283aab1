#include "support/trio.hpp"

#include <cmath>
#include <limits>
#include <utility>

#include <catch2/catch.hpp>

#include "base/log.hpp"
#include "base/text.hpp"
#include "judge/judge_member.hpp"
#include "metrics/catalogue.hpp"
#include "support/captures.hpp"
#include "support/families.hpp"

namespace zke::test {

namespace {

using std::chrono::steady_clock;

/// As a series of `member` begins after its name.
std::string labels_of(const Address& member) {
  return R"({ensemble="test",member=")" + to_string(member) + '"';
}

/// The one label value of the family whose series is 1.
template <class Values>
std::string find_set(const Scrape& scrape, const std::string& name, const Address& member,
                     const std::string& label, const Values& values) {
  std::string found;
  for (const auto value : values) {
    const std::string text(to_string(value));
    const auto is_set = scrape.value(name, member, label + "=\"" + text + '"');
    if (is_set == 1) {
      found += (found.empty() ? "" : " and ") + text;
    } else if (is_set != 0) {
      found += " without " + text;
    }
  }
  return found;
}

std::set<std::string> names_of(const MemberSample& sample) {
  std::set<std::string> names;
  for (const auto& family : member_families(sample)) {
    for (const auto& line : family.lines) {
      names.insert(line.substr(0, line.find_first_of("{ ")));
    }
  }
  return names;
}

}  // namespace

double Scrape::value(const std::string& name, const Address& member,
                     const std::string& more) const {
  const auto found = series.find(name + labels_of(member) + (more.empty() ? "" : "," + more) + "}");
  return found == series.end() ? std::numeric_limits<double>::quiet_NaN() : found->second;
}

std::set<std::string> Scrape::names(const Address& member) const {
  std::set<std::string> found;
  for (const auto& [key, value] : series) {
    const auto at = key.find(labels_of(member));
    const auto name = key.substr(0, at);
    const auto* row = find_row(name);
    if (at != std::string::npos && (row == nullptr || row->source != Source::kEnsemble)) {
      found.insert(name);
    }
  }
  return found;
}

std::string Scrape::state(const Address& member) const {
  return find_set(*this, "zookeeper_member_state", member, "state", kMemberStates);
}

std::string Scrape::failure(const Address& member) const {
  return find_set(*this, "zookeeper_member_failure", member, "reason", kReasons);
}

int Scrape::polls(const Address& member) const {
  double sum = 0;
  for (const auto* result : {"ok", "partial", "failed"}) {
    const auto count =
        value("zookeeper_polls_total", member, std::string("result=\"") + result + '"');
    sum += std::isnan(count) ? 0 : count;
  }
  return static_cast<int>(sum);
}

std::set<std::string> full_series(const std::string& replies) {
  return names_of(MemberMemory().judge(captured_record(replies)));
}

const std::set<std::string>& bare_series() {
  static const std::set<std::string> names = {"zookeeper_command_allowed",
                                              "zookeeper_poll_source",
                                              "zookeeper_commands_total",
                                              "zookeeper_last_poll_timestamp_seconds",
                                              "zookeeper_member_failure",
                                              "zookeeper_member_state",
                                              "zookeeper_poll_duration_seconds",
                                              "zookeeper_polls_total",
                                              "zookeeper_serving",
                                              "zookeeper_up",
                                              "zookeeper_voter"};
  return names;
}

std::string differences(const std::set<std::string>& found, const std::set<std::string>& wanted) {
  std::string text;
  for (const auto& name : wanted) {
    text += found.contains(name) ? "" : "-" + name + " ";
  }
  for (const auto& name : found) {
    text += wanted.contains(name) ? "" : "+" + name + " ";
  }
  return text.empty() ? "none" : text;
}

Trio::Trio(Timing timing, Door door)
    : left(io, kHealthy),
      odd(io, "3.8.0/leader", door),
      right(io, kHealthy),
      member(odd.address()),
      timing_(timing) {}

void Trio::start() { start(odd.address()); }

void Trio::start(const Address& odd_member) {
  log::configure(log::Level::kError, log::Format::kLogfmt);
  member = odd_member;
  Invocation invocation;
  auto& settings = invocation.config.settings;
  settings.poll.interval = timing_.interval;
  settings.poll.timeout = timing_.timeout;
  settings.ensembles = {{"test", {left.address(), member, right.address()}}};
  settings.listen = {{"127.0.0.1", 0}};
  app = std::make_unique<App>(io, std::move(invocation), Clock(kSpeed));
  const auto ports = app->start();
  REQUIRE(ports);
  port = ports->front();
}

Scrape Trio::scrape() {
  Scrape scrape;
  const auto began = steady_clock::now();
  const auto reply = get(io, port, "/metrics");
  scrape.took = steady_clock::now() - began;
  REQUIRE(reply.status == 200);
  std::string_view text = reply.body;
  while (!text.empty()) {
    const auto line = take_line(text);
    const auto blank = line.rfind(' ');
    if (line.starts_with('#')) {
      continue;
    }
    const auto key = std::string(line.substr(0, blank));
    const auto number = line.substr(blank + 1);
    const auto value = number == "+Inf" ? INFINITY : parse_double(number);
    if (!value || !scrape.series.emplace(key, *value).second) {
      FAIL("/metrics has a line twice or without a number: " << line);
    }
  }
  return scrape;
}

Scrape Trio::scrape_until(const std::function<bool(const Scrape&)>& is_enough) {
  const auto deadline = steady_clock::now() + std::chrono::seconds(30);
  for (;;) {
    auto now = scrape();
    if (is_enough(now)) {
      return now;
    }
    REQUIRE(steady_clock::now() < deadline);
  }
}

Scrape Trio::scrape_after_polls(int count) {
  return scrape_until([&](const Scrape& now) {
    return now.polls(member) >= count && now.polls(left.address()) > 0 &&
           now.polls(right.address()) > 0;
  });
}

Scrape Trio::scrape_after_next_poll() {
  const std::chrono::duration<double> since = std::chrono::system_clock::now().time_since_epoch();
  return scrape_until([&](const Scrape& now) {
    return now.value("zookeeper_last_poll_timestamp_seconds", member) -
               now.value("zookeeper_poll_duration_seconds", member) / kSpeed >
           since.count();
  });
}

void Trio::check_others(const Scrape& scrape) const {
  static const auto full = full_series(kHealthy);
  for (const auto* other : {&left, &right}) {
    const auto address = other->address();
    CHECK(scrape.value("zookeeper_up", address) == 1);
    CHECK(scrape.state(address) == "follower");
    CHECK(scrape.failure(address) == "none");
    CHECK(differences(scrape.names(address), full) == "none");
    CHECK(other->seen().resets == 0);
    CHECK(other->seen().extra_bytes == 0);
    CHECK(other->seen().most_at_once == 1);
  }
}

}  // namespace zke::test
