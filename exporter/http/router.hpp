#pragma once

#include <functional>
#include <string>
#include <variant>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "http/message.hpp"

namespace zke {

/// A page that answers at once.
using Page = std::function<Response(const Request&)>;

/// A page that waits for something else first, such as a look at a member. The request lives until
/// it answers.
using WaitingPage = std::function<boost::asio::awaitable<Response>(const Request&)>;

/// Which page answers which path: a table. Routes are added before a server runs; they stay where
/// they are, so that requests may hold them.
class Router {
 public:
  struct Route {
    std::string path;  ///< one that ends in "/*" stands for everything below it
    std::string what;  ///< for the list of pages; empty: not listed
    std::variant<Page, WaitingPage> page;
    std::string query;       ///< for that list: "?verbose", or "?member=HOST:PORT" to be filled in
    bool is_action = false;  ///< does something: for POST and PUT, else for GET and HEAD

    /// For that list: "/livez?verbose", "POST /-/reload".
    std::string shown() const;

    /// What the page answers; the caller keeps the route and the request until then.
    boost::asio::awaitable<Response> answer(const Request& request) const;
  };

  void add(std::string path, std::string what, Page page, std::string query = {});
  void add(std::string path, std::string what, WaitingPage page, std::string query = {});

  /// What POST and PUT of `path` do, as Prometheus' `/-/reload`.
  void add_action(std::string path, std::string what, WaitingPage page);

  /// The route `from` is `to` from now on; false when there is no such route, or `to` is another's.
  /// Requests that are being answered keep it.
  bool move(const std::string& from, const std::string& to);

  /// The most exact route for `path`, or nullptr.
  const Route* find(const std::string& path) const;

  const std::vector<Route>& routes() const { return routes_; }

 private:
  std::vector<Route> routes_;
};

/// A 404 that lists the pages.
Response not_found(const Router& router, const Request& request);

/// A 405 that says with which methods `route` is asked; without a route, those of pages.
Response wrong_method(const Router::Route* route, const Request& request);

}  // namespace zke
