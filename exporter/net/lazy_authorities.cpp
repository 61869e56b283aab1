#include "net/lazy_authorities.hpp"

#include <optional>
#include <utility>

#include <openssl/err.h>
#include <openssl/pem.h>

namespace zke {

namespace {

using Der = std::vector<unsigned char>;

struct FreeBytes {
  void operator()(void* bytes) const { OPENSSL_free(bytes); }
};

/// A part of DER that begins at `at`: steps into it, or over it. False when it is none.
bool step(const unsigned char*& at, const unsigned char* end, bool into) {
  long size = 0;
  int tag = 0;
  int kind = 0;
  if ((ASN1_get_object(&at, &size, &tag, &kind, end - at) & 0x80) != 0 || size > end - at) {
    return false;
  }
  at += into ? 0 : size;
  return true;
}

/// Of Certificate { TBSCertificate { [0] version?, serial, algorithm, issuer, dates, subject, … }
/// }.
OpensslPtr<X509_NAME> read_subject(const Der& der) {
  constexpr unsigned char kVersion = 0xa0;
  constexpr int kPartsBefore = 4;
  const auto* at = der.data();
  const auto* const end = at + der.size();
  bool is_good = step(at, end, true) && step(at, end, true);
  if (is_good && at < end && *at == kVersion) {
    is_good = step(at, end, false);
  }
  for (int i = 0; i < kPartsBefore && is_good; ++i) {
    is_good = step(at, end, false);
  }
  return OpensslPtr<X509_NAME>(is_good ? d2i_X509_NAME(nullptr, &at, end - at) : nullptr);
}

std::optional<Der> next_der(BIO* in) {
  char* name = nullptr;
  char* header = nullptr;
  unsigned char* data = nullptr;
  long size = 0;
  if (PEM_read_bio(in, &name, &header, &data, &size) != 1) {
    return std::nullopt;
  }
  const std::unique_ptr<char, FreeBytes> free_name(name);
  const std::unique_ptr<char, FreeBytes> free_header(header);
  const std::unique_ptr<unsigned char, FreeBytes> free_data(data);
  return Der(data, data + size);
}

OpensslPtr<X509> parse(const Der& der) {
  const auto* at = der.data();
  return OpensslPtr<X509>(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
}

}  // namespace

LazyAuthorities::LazyAuthorities(const std::string& pem) {
  const OpensslPtr<BIO> in(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  while (auto der = next_der(in.get())) {
    if (auto name = read_subject(*der)) {
      authorities_.push_back({std::move(name), std::move(*der)});
    }
  }
  is_whole_ = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  take_openssl_error();
}

void LazyAuthorities::serve(SSL_CTX* context) {
  SSL_CTX_set_cert_verify_callback(context, &LazyAuthorities::verify, this);
}

int LazyAuthorities::verify(X509_STORE_CTX* chain, void* self) {
  auto& authorities = *static_cast<LazyAuthorities*>(self);
  auto* const store = X509_STORE_CTX_get0_store(chain);
  auto* const shown = X509_STORE_CTX_get0_untrusted(chain);
  for (int i = 0; i < sk_X509_num(shown); ++i) {
    authorities.add_issuers(store, sk_X509_value(shown, i));
  }
  return X509_verify_cert(chain);
}

/// Those of its name, and theirs: an authority of the list may be signed by another one of it.
void LazyAuthorities::add_issuers(X509_STORE* store, const X509* certificate) {
  for (auto& authority : authorities_) {
    if (authority.der.empty() ||
        X509_NAME_cmp(authority.name.get(), X509_get_issuer_name(certificate)) != 0) {
      continue;
    }
    const auto found = parse(authority.der);
    authority.der.clear();
    if (found && X509_STORE_add_cert(store, found.get()) == 1) {
      add_issuers(store, found.get());
    }
  }
  ERR_clear_error();  // of those that can't be used
}

}  // namespace zke
