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

/// Which page answers which path: a table.
class Router {
 public:
  struct Route {
    std::string path;  ///< one that ends in "/*" stands for everything below it
    std::string what;  ///< for the list of pages; empty: not listed
    std::variant<Page, WaitingPage> page;
    std::string query;  ///< for that list: "?verbose", or "?member=HOST:PORT" to be filled in

    /// What the page answers; the caller keeps the route and the request until then.
    boost::asio::awaitable<Response> answer(const Request& request) const;
  };

  void add(std::string path, std::string what, Page page, std::string query = {});
  void add(std::string path, std::string what, WaitingPage page, std::string query = {});

  /// The most exact route for `path`, or nullptr.
  const Route* find(const std::string& path) const;

  const std::vector<Route>& routes() const { return routes_; }

 private:
  std::vector<Route> routes_;
};

/// A 404 that lists the pages.
Response not_found(const Router& router, const Request& request);

}  // namespace zke
