#pragma once

#include <string>

#include "base/result.hpp"
#include "config/settings.hpp"
#include "http/url.hpp"

namespace zke {

/// What would change if the exporter that runs at `url` took these settings: lines for people. It
/// is asked for /config, for 5 s at most; the error says why it can't be, and what to do.
Result<std::string> compare_with_running(const HttpUrl& url, const Settings& settings);

}  // namespace zke
