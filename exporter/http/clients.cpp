#include "http/clients.hpp"

#include <algorithm>
#include <set>

namespace zke {

namespace {

using std::chrono::steady_clock;

/// The session that has been silent longest, among those that `may` give way; or nullptr.
template <class May>
HttpSession* find_silent(Clients& clients, May may) {
  HttpSession* longest = nullptr;
  for (auto& client : clients) {
    auto& session = client.session;
    if (may(session) && (longest == nullptr || session.since() < longest->since())) {
      longest = &session;
    }
  }
  return longest;
}

}  // namespace

std::size_t count_open(const Clients& clients) {
  return static_cast<std::size_t>(std::ranges::count_if(
      clients, [](const auto& client) { return !client.session.is_ending(); }));
}

bool make_room(Clients& clients, steady_clock::duration silence) {
  const auto latest = steady_clock::now() - silence;
  auto* longest = find_silent(clients, [&](const HttpSession& session) {
    return session.gives_way() && !session.is_ending() && session.since() <= latest;
  });
  if (longest != nullptr) {
    longest->reset();
  }
  return longest != nullptr;
}

std::size_t make_memory(Clients& clients, const Body& body, std::size_t bytes) {
  const auto most = std::max(bytes, 3 * body.size());
  for (std::size_t ended = 0;; ++ended) {
    std::set<const Body*> bodies{&body};
    for (const auto& client : clients) {
      bodies.insert(client.session.body());
    }
    std::size_t held = 0;
    for (const auto* each : bodies) {
      held += each == nullptr ? 0 : each->size();
    }
    auto* slowest =
        find_silent(clients, [](const HttpSession& session) { return session.is_writing(); });
    if (held <= most || slowest == nullptr) {
      return ended;
    }
    slowest->reset();
  }
}

}  // namespace zke
