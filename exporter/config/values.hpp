#pragma once

#include <array>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.hpp"
#include "base/result.hpp"
#include "net/address.hpp"

/// Texts of the file and the flags to values. An error's text goes on after the name of the
/// setting: it says what is wrong and what to do about it.
namespace zke {

constexpr std::string_view kLevels = "debug, info, warn or error";
constexpr std::string_view kFormats = "logfmt or json";

/// Other pages are here or below; the bounds in the table name them.
constexpr auto kTakenPaths =
    std::to_array<std::string_view>({"/livez", "/readyz", "/probe", "/health", "/config", "/-"});

Result<log::Level> read_level(std::string_view text);
Result<log::Format> read_format(std::string_view text);

/// The bounds and the example are for the error; nothing is compared with them.
Result<std::chrono::milliseconds> read_duration(std::string_view text, std::string_view bounds,
                                                std::string_view example);

/// At most 200 bytes that are seen in ASCII, none of them `forbidden`.
bool is_plain(std::string_view text, std::string_view forbidden = {});

/// How a message goes on after the setting when that is no name of a file; else empty.
std::string find_file_name_mistake(const std::string& name);

/// Where to listen; no two of them may take the same port of an address.
Result<std::vector<Address>> read_listeners(const std::vector<std::string>& texts);

/// The path of /metrics, which no other page may have.
Result<std::string> read_telemetry_path(const std::string& text);

}  // namespace zke
