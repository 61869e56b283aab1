#include "net/openssl.hpp"

#include <array>
#include <ctime>

#include <boost/asio/ip/address.hpp>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "base/text.hpp"

namespace zke {

namespace {

constexpr std::size_t kMaxName = 100;

std::string describe_ip(const ASN1_STRING& octets) {
  const auto* const data = ASN1_STRING_get0_data(&octets);
  if (ASN1_STRING_length(&octets) == 4) {
    boost::asio::ip::address_v4::bytes_type bytes{};
    std::copy_n(data, bytes.size(), bytes.begin());
    return boost::asio::ip::address_v4(bytes).to_string();
  }
  if (ASN1_STRING_length(&octets) == 16) {
    boost::asio::ip::address_v6::bytes_type bytes{};
    std::copy_n(data, bytes.size(), bytes.begin());
    return boost::asio::ip::address_v6(bytes).to_string();
  }
  return {};
}

std::string describe(const GENERAL_NAME& name) {
  int type = 0;
  const auto* const value = GENERAL_NAME_get0_value(&name, &type);
  if (type != GEN_IPADD && type != GEN_DNS) {
    return {};
  }
  const auto& text = *static_cast<const ASN1_STRING*>(value);
  if (type == GEN_IPADD) {
    return describe_ip(text);
  }
  const auto size = static_cast<std::size_t>(ASN1_STRING_length(&text));
  const auto* const data = ASN1_STRING_get0_data(&text);
  return printable(std::string(data, data + size), kMaxName);
}

/// A thread may still read files when the process ends: OpenSSL must not clean up under its hands.
/// It heeds this only before all else, and Asio calls it before main.
[[gnu::constructor(101)]] void keep_openssl_to_the_end() {
  OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, nullptr);
}

}  // namespace

void ignore_openssl_configuration() { OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr); }

std::optional<std::chrono::sys_seconds> read_time(const ASN1_TIME* time) {
  std::tm parts{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) {
    return std::nullopt;
  }
  return std::chrono::sys_seconds(std::chrono::seconds(timegm(&parts)));
}

std::string describe_time(std::optional<std::chrono::sys_seconds> time) {
  if (!time) {
    return "a time that can't be read";
  }
  const std::time_t seconds = time->time_since_epoch().count();
  std::tm parts{};
  std::array<char, 40> text{};
  gmtime_r(&seconds, &parts);
  const auto size = std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M UTC", &parts);
  return {text.data(), size};
}

std::string describe_name(const X509_NAME* name) {
  const OpensslPtr<BIO> out(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB);
  char* data = nullptr;
  const auto size = BIO_get_mem_data(out.get(), &data);
  return printable({data, static_cast<std::size_t>(size)}, kMaxName);
}

std::string describe_names(const X509* certificate) {
  constexpr int kShown = 5;
  std::string names;
  auto* const all = static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  int shown = 0;
  for (int i = 0; i < sk_GENERAL_NAME_num(all) && shown < kShown; ++i) {
    const auto name = describe(*sk_GENERAL_NAME_value(all, i));
    if (!name.empty()) {
      names += (names.empty() ? "" : ", ") + name;
      ++shown;
    }
  }
  GENERAL_NAMES_free(all);
  return names.empty() ? describe_name(X509_get_subject_name(certificate)) : names;
}

std::string take_openssl_error() {
  const auto* const text = ERR_reason_error_string(ERR_peek_error());
  std::string error(text == nullptr ? "" : text);
  ERR_clear_error();
  return error;
}

}  // namespace zke
