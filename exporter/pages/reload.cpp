#include "pages/reload.hpp"

#include <memory>
#include <utility>

#include "http/refusal.hpp"

namespace zke {

namespace {

namespace asio = boost::asio;

struct Reloading {
  LiveReload reload;
  bool is_allowed = false;
  LookLimit limit;
};

asio::awaitable<Response> answer(std::shared_ptr<Reloading> reloading, const Request& request) {
  const bool as_json = request.wants_json();
  if (!reloading->is_allowed) {
    co_return refuse(as_json, 403,
                     "reloads by HTTP are not allowed here; start the exporter with "
                     "--web.enable-lifecycle, or send it SIGHUP");
  }
  const auto place = reloading->limit.enter("", {"reload"});  // no ensemble has this name
  if (!place) {
    co_return refuse(as_json, 503, "too many wait for a reload; ask again in a few seconds");
  }
  const auto changes = co_await reloading->reload("POST /-/reload");
  Response response;
  if (changes) {
    response.body = *changes;
  } else {
    response = refuse(as_json, 500, changes.error().detail());
  }
  response.headers.emplace_back("Cache-Control", "no-store");
  co_return response;
}

}  // namespace

void add_reload_page(Router& router, LiveReload reload, bool is_allowed, LookLimit limit) {
  const auto reloading =
      std::make_shared<Reloading>(Reloading{std::move(reload), is_allowed, std::move(limit)});
  router.add_action("/-/reload", "reads the configuration file again",
                    [reloading](const Request& request) { return answer(reloading, request); });
}

}  // namespace zke
