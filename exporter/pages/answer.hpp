#pragma once

#include <string>
#include <vector>

#include <boost/json/value.hpp>

#include "http/router.hpp"

namespace zke {

/// Whether the client asks for JSON (`Accept: application/json`, or `?format=json`).
bool wants_json(const Request& request);

/// 200 when `passed`, else 503, never cached; as text or as JSON, whichever the client asks for.
Response health_response(const Request& request, bool passed, const std::string& text,
                         const boost::json::value& json);

/// A 404 or 400 that says which values of the parameter `name` there are.
Response unknown_value(int status, const std::string& name, const std::vector<std::string>& known);

}  // namespace zke
