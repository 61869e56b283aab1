#pragma once

#include <string>

#include "http/router.hpp"
#include "metrics/exposition.hpp"
#include "metrics/self_metrics.hpp"

namespace zke {

/// Adds the page that Prometheus scrapes. It waits for nothing: it shows what is known now,
/// or up to a second ago while others still read that.
/// `exposition` and `self` must outlive the router.
void add_metrics_page(Router& router, const std::string& path, const Exposition& exposition,
                      const SelfMetrics& self);

}  // namespace zke
