#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

#include "http/router.hpp"

namespace zke {

/// A 400 that lists the parameters that a page knows, when the request has another one, or one of
/// them twice: a gate must not say yes because of a misspelt condition. `format` is known to all
/// pages that use this.
std::optional<Response> find_unknown_parameter(const Request& request,
                                               std::vector<std::string_view> known);

/// Whether a switch such as `?leader_last` is there; `=false`, `=0` and `=no` turn it off.
bool is_set(const Request& request, std::string_view name);

/// 200 when `passed`, else 503, never cached; as text or as JSON, whichever the client asks for.
Response health_response(const Request& request, bool passed, const std::string& text,
                         const boost::json::value& json);

/// A 404 or 400 that says which values of the parameter `name` there are.
Response unknown_value(const Request& request, int status, const std::string& name,
                       const std::vector<std::string>& known);

}  // namespace zke
