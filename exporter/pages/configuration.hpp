#pragma once

#include <functional>
#include <memory>

#include "http/body.hpp"
#include "http/router.hpp"

namespace zke {

/// Adds /config: the settings that run now, as a configuration file. `current` gives its text, the
/// same body until they change: slow readers share it.
void add_configuration_page(Router& router, std::function<std::shared_ptr<Body>()> current);

}  // namespace zke
