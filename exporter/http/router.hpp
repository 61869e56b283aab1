#pragma once

#include <functional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "http/message.hpp"

namespace zke {

using Page = std::function<boost::asio::awaitable<Response>(const Request&)>;

/// Which page answers which path: a table.
class Router {
 public:
  struct Route {
    std::string path;  ///< one that ends in "/*" stands for everything below it
    std::string what;  ///< for the list of pages; empty: not listed
    Page page;
    std::string query;  ///< for that list: "?verbose", or "?member=HOST:PORT" to be filled in
  };

  void add(std::string path, std::string what, Page page, std::string query = {});

  /// The most exact route for `path`, or nullptr.
  const Route* find(const std::string& path) const;

  const std::vector<Route>& routes() const { return routes_; }

 private:
  std::vector<Route> routes_;
};

/// A 404 that lists the pages.
Response not_found(const Router& router, const Request& request);

}  // namespace zke
