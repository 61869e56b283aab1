#include "http/router.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "http/refusal.hpp"

namespace zke {

void Router::add(std::string path, std::string what, Page page, std::string query) {
  routes_.push_back({std::move(path), std::move(what), std::move(page), std::move(query)});
}

void Router::add(std::string path, std::string what, WaitingPage page, std::string query) {
  routes_.push_back({std::move(path), std::move(what), std::move(page), std::move(query)});
}

void Router::add_action(std::string path, std::string what, WaitingPage page) {
  routes_.push_back({std::move(path), std::move(what), std::move(page), {}, true});
}

bool Router::move(const std::string& from, const std::string& to) {
  const auto moved = std::ranges::find(routes_, from, &Route::path);
  const auto other = std::ranges::find(routes_, to, &Route::path);
  if (moved == routes_.end() || (other != routes_.end() && other != moved)) {
    return false;
  }
  moved->path = to;
  return true;
}

std::string Router::Route::shown() const { return (is_action ? "POST " : "") + path + query; }

boost::asio::awaitable<Response> Router::Route::answer(const Request& request) const {
  if (const auto* waiting = std::get_if<WaitingPage>(&page)) {
    co_return co_await (*waiting)(request);
  }
  co_return std::get<Page>(page)(request);
}

const Router::Route* Router::find(const std::string& path) const {
  const Route* below = nullptr;
  for (const auto& route : routes_) {
    if (route.path == path) {
      return &route;
    }
    if (route.path.ends_with("/*") &&
        path.starts_with(route.path.substr(0, route.path.size() - 1))) {
      below = &route;
    }
  }
  return below;
}

Response not_found(const Router& router, const Request& request) {
  constexpr std::size_t kMaxPath = 200;
  const bool as_json = request.wants_json();
  Known known{". There are:", {}};
  for (const auto& route : router.routes()) {
    if (!route.what.empty()) {
      known.values.push_back(as_json && !route.is_action ? route.path : route.shown());
      known.values.back() += as_json ? "" : "  " + route.what;
    }
  }
  return refuse(as_json, 404, "there is no page " + printable(request.path, kMaxPath), known);
}

Response wrong_method(const Router::Route* route, const Request& request) {
  const bool is_action = route != nullptr && route->is_action;
  auto response = refuse(
      request.wants_json(), 405,
      std::string("only ") + (is_action ? "POST and PUT" : "GET and HEAD") + " are served here.");
  response.headers.emplace_back("Allow", is_action ? "POST, PUT" : "GET, HEAD");
  return response;
}

}  // namespace zke
