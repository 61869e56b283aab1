#include "health/tls.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace zke {

namespace {

constexpr auto kFlagOf = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"configure tls: for it", "give --tls"},
    {"remove tls:", "leave --tls out"},
    {"ca_file", "--ca-file"},
    {"cert_file", "--cert-file"},
    {"key_file", "--key-file"},
    {"server_name", "--server-name"},
});

/// Whether words may end before, or begin after, this character: it is none of a path or a name.
bool is_between_words(char c) {
  constexpr std::string_view kBetween = " ,;:()";
  return kBetween.find(c) != std::string_view::npos;
}

/// The one that stands at the begin of `text`, as words of their own.
const auto* find_words(std::string_view text) {
  return std::ranges::find_if(kFlagOf, [&](const auto& pair) {
    const auto& words = pair.first;
    return text.starts_with(words) && (text.size() == words.size() || words.ends_with(':') ||
                                       is_between_words(text[words.size()]));
  });
}

}  // namespace

Result<TlsContext::Ptr> load_tls(const HealthOptions& options) {
  if (!options.tls) {
    return TlsContext::Ptr();
  }
  auto context = TlsContext::load(*options.tls);
  if (!context) {
    return Error(context.error().reason(), name_flags(context.error().detail()));
  }
  return context;
}

std::shared_ptr<TlsPeer> tls_peer(const TlsContext::Ptr& tls, const HealthOptions& options,
                                  const HealthOptions::Server& server) {
  if (!tls) {
    return nullptr;
  }
  const auto& name = options.tls->server_name;
  return std::make_shared<TlsPeer>(tls, name.empty() ? server.host : name);
}

std::string name_flags(std::string_view text) {
  std::string named;
  bool is_at_begin = true;  // of a word
  while (!text.empty()) {
    const auto* const found = is_at_begin ? find_words(text) : kFlagOf.end();
    const auto size = found == kFlagOf.end() ? 1 : found->first.size();
    named += found == kFlagOf.end() ? text.substr(0, 1) : found->second;
    is_at_begin = is_between_words(text[size - 1]);
    text.remove_prefix(size);
  }
  return named;
}

}  // namespace zke
