#include "poll/server_place.hpp"

#include <algorithm>
#include <utility>

namespace zke {

namespace asio = boost::asio;

using asio::ip::tcp;

ServerPlace::ServerPlace(const Address& address, Resolver& resolver)
    : address_(address), name_(to_string(address)), host_(resolver.watch(address.host)) {}

asio::awaitable<Result<Target>> ServerPlace::find(Clock::time_point deadline) {
  if (!host_->known().answered) {
    co_await host_->wait_first(deadline);
  }
  Target target{name_, endpoints()};
  if (target.endpoints.empty()) {
    co_return Error(Reason::kDns, dns_error());
  }
  const auto files = tls_files_;
  if (!files) {
    peer_.reset();
    co_return target;
  }
  co_await files->wait_first(deadline);
  const auto& context = files->context();
  if (!context) {
    co_return Error(Reason::kTls, files->mistake().empty()
                                      ? "reading the files of tls: takes too long"
                                      : "tls: " + files->mistake());
  }
  const auto& settings = files->settings();
  const auto& wanted = settings.server_name.empty() ? address_.host : settings.server_name;
  if (!peer_ || peer_->context() != context || wanted_ != wanted) {
    peer_ = std::make_shared<TlsPeer>(context, wanted);
    wanted_ = wanted;
  }
  peer_->forget_seen();
  target.tls = peer_;
  co_return target;
}

/// Every address; the one that answered last comes first.
std::vector<tcp::endpoint> ServerPlace::endpoints() const {
  std::vector<tcp::endpoint> endpoints;
  endpoints.reserve(host_->known().addresses.size());
  for (const auto& address : host_->known().addresses) {
    endpoints.emplace_back(address, address_.port);
  }
  const auto found = std::ranges::find(endpoints, answered_);
  if (found != endpoints.end()) {
    std::rotate(endpoints.begin(), found, found + 1);
  }
  return endpoints;
}

std::string ServerPlace::dns_error() const {
  const auto& known = host_->known();
  return known.answered ? known.error : "the look-up of its name takes too long";
}

void ServerPlace::note(const tcp::endpoint& answered, PollRecord& record) {
  record.is_moved = answered_ != tcp::endpoint() && answered != answered_;
  if (record.is_moved) {
    const auto known = endpoints();
    record.is_other_address = std::ranges::find(known, answered_) != known.end();
  }
  answered_ = answered;
}

}  // namespace zke
