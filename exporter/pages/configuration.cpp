#include "pages/configuration.hpp"

#include <utility>

namespace zke {

void add_configuration_page(Router& router, std::function<std::shared_ptr<Body>()> current) {
  router.add("/config", "the settings that run now, as a configuration file",
             [current = std::move(current)](const Request&) {
               Response response;
               response.shared = current();
               response.headers.emplace_back("Cache-Control", "no-store");
               return response;
             });
}

}  // namespace zke
