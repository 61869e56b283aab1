#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "poll/ensembles.hpp"
#include "support/fake_server.hpp"
#include "support/open_descriptors.hpp"
#include "support/run.hpp"
#include "support/wait.hpp"

namespace zke::test {

/// What a server does that never answers; and a timeout that no test reaches.
inline const Script kHangs{"", Script::End::kHang};
constexpr auto kForEver = std::chrono::hours(10);

/// Polls of a member that have ended.
inline std::uint64_t polls(const SamplePtr& sample) {
  std::uint64_t sum = 0;
  for (const auto count : sample->counts.polls) {
    sum += count;
  }
  return sum;
}

/// Ensembles on the test's loop, and all that they publish. Their clock runs 20 times as fast, or
/// `speed` times.
struct Polling {
  struct Published {
    SnapshotPtr last;
    SnapshotPtr now;
  };

  explicit Polling(Resolver::Lookup lookup = Resolver::look_up, int speed = 20)
      : clock(speed), resolver(io.get_executor(), std::move(lookup)) {
    publication.subscribe([this](const auto& last, const auto& now) {
      published.push_back({last, now});
    });
  }

  ~Polling() {
    ensembles.cancel();
    run(io, end_of(ensembles.join()));
  }
  Polling(const Polling&) = delete;
  Polling& operator=(const Polling&) = delete;
  Polling(Polling&&) = delete;
  Polling& operator=(Polling&&) = delete;

  static EnsembleSettings settings(const std::string& name,
                                   const std::vector<const FakeServer*>& servers) {
    EnsembleSettings settings;
    settings.name = name;
    for (const auto* server : servers) {
      settings.members.push_back(server->address());
    }
    return settings;
  }

  void apply(const std::vector<EnsembleSettings>& settings) { ensembles.apply(settings, poll); }

  SnapshotPtr find(const std::string& ensemble) const {
    const auto found = ensembles.find(ensemble);
    return found ? *found : nullptr;
  }

  /// The newest sample of a member, or nullptr.
  SamplePtr sample(const std::string& ensemble, const FakeServer& server) const {
    const auto snapshot = find(ensemble);
    const auto* member = snapshot ? snapshot->find(to_string(server.address())) : nullptr;
    return member == nullptr ? nullptr : member->sample;
  }

  /// Whether all members of the ensemble were polled.
  bool is_polled(const std::string& ensemble) const {
    for (const auto& member : find(ensemble)->members) {
      if (!member.sample) {
        return false;
      }
    }
    return true;
  }

  bool wait_for(const std::function<bool()>& condition) { return wait_until(io, condition); }

  /// `run` wants a value.
  static boost::asio::awaitable<bool> end_of(boost::asio::awaitable<void> work) {
    co_await std::move(work);
    co_return true;
  }

  boost::asio::io_context io{1};
  PollSettings poll{std::chrono::seconds(1), std::chrono::milliseconds(900)};
  Clock clock;
  Resolver resolver;
  Publication publication;
  std::shared_ptr<ConnectionSlots> slots = std::make_shared<ConnectionSlots>();
  std::vector<Published> published;
  Ensembles ensembles{
      {io.get_executor(), resolver, publication, clock, std::make_shared<Shapes>(), slots}};
};

}  // namespace zke::test
