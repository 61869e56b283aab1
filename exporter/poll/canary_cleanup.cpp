#include "poll/canary_cleanup.hpp"

#include <chrono>
#include <memory>
#include <utility>

#include "net/tls_files.hpp"
#include "poll/server_place.hpp"
#include "session/canary_znodes.hpp"

namespace zke {

namespace asio = boost::asio;

namespace {

/// Through one member; the error says why not.
asio::awaitable<Result<std::size_t>> clean_up_through(asio::any_io_executor loop,
                                                      std::shared_ptr<ServerPlace> place,
                                                      CanarySettings canary) {
  SessionSettings settings;
  settings.patience = canary.timeout;
  settings.auth = canary.auth;
  Session::Events events;
  events.tried = [](const Session::Attempt&) {};
  events.changed = [] {};
  events.dropped = [] {};
  Session session(
      loop, [place](auto deadline) { return place->find(deadline); }, settings, std::move(events));
  session.start();
  Outcome<std::size_t> removed;
  const auto until = Session::Clock::now() + canary.timeout;
  if (co_await session.wait_connected(until)) {
    removed = co_await remove_canary(session, canary.path, canary.timeout);
  } else {
    removed.why = session.trouble().empty() ? "no session in time" : session.trouble();
  }
  session.close();
  co_await session.join();
  if (removed.code != Code::kOk) {
    co_return Error(Reason::kTimeout, place->name() + ": " + removed.why);
  }
  co_return removed.value;
}

}  // namespace

asio::awaitable<Result<std::size_t>> clean_up_canary(asio::any_io_executor loop, Resolver& resolver,
                                                     EnsembleSettings ensemble) {
  std::shared_ptr<TlsFiles> tls;
  if (ensemble.tls) {
    tls = std::make_shared<TlsFiles>(loop, *ensemble.tls);
    tls->start();
  }
  Result<std::size_t> result = Error(Reason::kDns, "it has no member");
  for (const auto& member : ensemble.members) {
    const auto place = std::make_shared<ServerPlace>(member, resolver);
    place->speak_tls(tls);
    result = co_await clean_up_through(loop, place, ensemble.canary);
    if (result) {
      break;
    }
  }
  co_return result;
}

}  // namespace zke
