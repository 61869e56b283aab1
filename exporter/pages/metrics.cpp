#include "pages/metrics.hpp"

#include <boost/asio/awaitable.hpp>

namespace zke {

void add_metrics_page(Router& router, const std::string& path, const Exposition& exposition,
                      const SelfMetrics& self) {
  router.add(path, "the metrics, for Prometheus",
             [&exposition, &self](const Request&) -> boost::asio::awaitable<Response> {
               Response response;
               response.content_type = "text/plain; version=0.0.4; charset=utf-8";
               response.body = exposition.text(self.families());
               co_return response;
             });
}

}  // namespace zke
