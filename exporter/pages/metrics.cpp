#include "pages/metrics.hpp"

#include <chrono>
#include <memory>

namespace zke {

namespace {

using std::chrono::steady_clock;

struct Rendered {
  std::weak_ptr<Body> body;  ///< lives as long as somebody reads it
  steady_clock::time_point at;
};

/// The page as it is now; the same once more for those who come while others still read it, for a
/// second: what crowds and slow readers hold is bounded by time, not by their number.
std::shared_ptr<Body> render(const Exposition& exposition, const SelfMetrics& self,
                             Rendered& last) {
  constexpr auto kFresh = std::chrono::seconds(1);
  const auto now = steady_clock::now();
  auto body = last.body.lock();
  if (!body || now - last.at >= kFresh) {
    body = std::make_shared<Body>(exposition.text(self.families()));
    last = {body, now};
  }
  return body;
}

}  // namespace

void add_metrics_page(Router& router, const std::string& path, const Exposition& exposition,
                      const SelfMetrics& self) {
  router.add(path, "the metrics, for Prometheus",
             [&exposition, &self, last = std::make_shared<Rendered>()](const Request&) {
               Response response;
               response.content_type = "text/plain; version=0.0.4; charset=utf-8";
               response.shared = render(exposition, self, *last);
               return response;
             });
}

}  // namespace zke
