#include <malloc.h>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "poll/ensembles.hpp"
#include "support/polling.hpp"

using namespace zke;
using namespace zke::test;
using namespace std::chrono_literals;

namespace {

constexpr int kEnsembles = 100;

/// A server that is not there: connections are refused.
Address absent(int n) {
  Address address;
  address.host = "127.0.1." + std::to_string(n);
  address.port = 1;
  return address;
}

EnsembleSettings ensemble_of(const std::string& name, int k) {
  return {name, {absent(2 * k), absent(2 * k + 1)}};
}

/// 100 ensembles of two.
std::vector<EnsembleSettings> base() {
  std::vector<EnsembleSettings> all;
  for (int k = 0; k < kEnsembles; ++k) {
    all.push_back(ensemble_of("e" + std::to_string(k), k));
  }
  return all;
}

/// The same after change `i`: two are away, two have a name that they never had before, and of two
/// others the second member belongs to the next one.
std::vector<EnsembleSettings> changed(int i) {
  std::vector<EnsembleSettings> all;
  for (int k = 0; k < kEnsembles; ++k) {
    const auto role = (i + k) % 50;
    if (role == 0) {
      continue;
    }
    const auto place = std::to_string(k);
    auto ensemble = ensemble_of(role == 25 ? place + " in " + std::to_string(i) : "e" + place, k);
    if (role == 10) {
      ensemble.members.pop_back();
    }
    if (role == 11) {
      ensemble.members.push_back(absent(2 * ((k + kEnsembles - 1) % kEnsembles) + 1));
    }
    all.push_back(std::move(ensemble));
  }
  return all;
}

std::size_t memory_in_use() {
  const auto known = mallinfo2();
  return known.uordblks + known.hblkhd;
}

/// Ensembles that stay, among the others.
struct Churn {
  Churn() {
    polling.poll = {8s, 4s};
    polling.publication.subscribe([this](const auto& last, const auto& now) {
      const auto* member = now && now->name == "stays" ? &now->members[0] : nullptr;
      if (member != nullptr && member->sample && member->sample != last->members[0].sample) {
        began.push_back(member->sample->clock - member->sample->took);
      }
    });
  }

  void apply(std::vector<EnsembleSettings> others) {
    const auto middle = others.begin() + static_cast<std::ptrdiff_t>(others.size() / 2);
    others.insert(middle, Polling::settings("stays", {&one, &two}));
    polling.apply(others);
    polling.io.poll();
    polling.published.clear();
  }

  /// Waits until `one` was polled so often in all.
  bool wait_for_polls(std::size_t count) {
    return polling.wait_for([&] {
      polling.published.clear();
      return began.size() >= count;
    });
  }

  /// Waits until nothing of what was taken away is left.
  bool settle() {
    apply(base());
    return polling.wait_for([&] {
      polling.published.clear();
      return polling.slots->size() == 2 * kEnsembles + 2 && open_descriptors() <= idle;
    });
  }

  Polling polling;
  const FakeServer one{polling.io, "3.8.0/leader"};
  const FakeServer two{polling.io, "3.8.0/follower"};
  std::size_t idle = open_descriptors();
  std::vector<Clock::time_point> began;  ///< polls of `one`
};

}  // namespace

TEST_CASE(
    "a thousand changes of 100 ensembles leave nothing behind, and lose no poll of what stays",
    "[poll]") {
  Churn churn;
  REQUIRE(churn.settle());
  const auto watched = churn.polling.resolver.watched();
  std::size_t used = 0;

  for (int i = 1; i <= 1000; ++i) {
    if (i % 100 == 0) {
      churn.polling.poll.interval = i % 200 == 0 ? 8s : 6s;
    }
    churn.apply(changed(i));
    if (i == 200) {
      REQUIRE(churn.wait_for_polls(6));  // what is remembered of the last polls is whole
      REQUIRE(churn.settle());
      used = memory_in_use();
    }
  }
  REQUIRE(churn.wait_for_polls(churn.began.size() + 1));
  REQUIRE(churn.settle());

  CHECK(churn.polling.resolver.watched() == watched);
  if (kIsSanitized) {
    WARN("memory in use is not measured: the sanitizer's allocator does not tell");
  } else {
    CHECK(memory_in_use() < used + 64 * 1024);
  }
  for (const auto* server : {&churn.one, &churn.two}) {
    CHECK(server->seen().most_at_once == 1);
    CHECK(server->seen().resets == 0);
  }
  CHECK(polls(churn.polling.sample("stays", churn.one)) == churn.began.size());
  for (std::size_t i = 2; i < churn.began.size(); ++i) {  // after the first, which comes early
    const auto gap = churn.began[i] - churn.began[i - 1];
    CHECK(gap > 500ms);
    CHECK(gap < 12s);
  }
}
