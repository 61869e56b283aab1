#include "net/tls_context.hpp"

#include <array>
#include <sys/stat.h>
#include <utility>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "base/file.hpp"
#include "net/lazy_authorities.hpp"
#include "net/openssl.hpp"
#include "net/tls_peer.hpp"

namespace zke {

namespace {

constexpr std::size_t kMaxFile = 4U << 20U;

// Where systems have the authorities that they believe: Debian, Red Hat, SUSE, Alpine.
constexpr auto kSystemAuthorities = std::to_array<const char*>(
    {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
     "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem"});

/// A file of the settings, as it was read.
struct File {
  std::string place;  ///< "ca_file /tls/ca.crt: ", with which a message begins
  std::string text;
  bool is_for_all = false;
};

Error mistake(const File& file, const std::string& what) {
  return {Reason::kTls, file.place + what};
}

std::optional<Error> read(const char* key, const std::string& path, File& file) {
  file.place = key + (" " + shown_path(path) + ": ");
  auto text = read_file(path, kMaxFile);
  if (!text) {
    return mistake(file, text.error().detail());
  }
  file.text = std::move(text->text);
  file.is_for_all = text->is_for_all;
  return std::nullopt;
}

const char* find_system_authorities() {
  for (const auto* path : kSystemAuthorities) {
    struct stat status {};
    if (stat(path, &status) == 0) {
      return path;
    }
  }
  return nullptr;
}

OpensslPtr<BIO> open_text(const std::string& text) {
  return OpensslPtr<BIO>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

/// A key in a file may want a password; we have none, and must not ask on a terminal.
int no_password(char* /*buffer*/, int /*size*/, int /*is_write*/, void* was_asked) {
  *static_cast<bool*>(was_asked) = true;
  return -1;
}

constexpr const char* kNoCertificate =
    "holds no certificate in PEM, which begins with -----BEGIN CERTIFICATE-----";

/// All certificates of a file, in their order: at least one.
std::optional<Error> read_certificates(const File& file, std::vector<OpensslPtr<X509>>& found) {
  const auto in = open_text(file.text);
  bool was_asked = false;
  ERR_clear_error();
  while (OpensslPtr<X509> next{PEM_read_bio_X509(in.get(), nullptr, no_password, &was_asked)}) {
    found.push_back(std::move(next));
  }
  const auto is_at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  const auto error = take_openssl_error();
  if (!is_at_end) {
    return mistake(file,
                   "its certificate " + std::to_string(found.size() + 1) + " is broken: " + error);
  }
  if (found.empty()) {
    return mistake(file, kNoCertificate);
  }
  return std::nullopt;
}

Error unusable(const File& file) {
  return mistake(file, "holds a certificate that can't be used: " + take_openssl_error());
}

std::optional<Error> take_authorities(SSL_CTX* context, const File& file) {
  std::vector<OpensslPtr<X509>> authorities;
  if (auto error = read_certificates(file, authorities)) {
    return error;
  }
  auto* const store = SSL_CTX_get_cert_store(context);
  for (const auto& authority : authorities) {
    if (X509_STORE_add_cert(store, authority.get()) != 1) {
      return unusable(file);
    }
  }
  return std::nullopt;
}

/// Ours, and after it those that lead to its authority. Gives when ours ends.
std::optional<Error> take_certificate(SSL_CTX* context, const File& file,
                                      std::optional<std::chrono::sys_seconds>& not_after) {
  std::vector<OpensslPtr<X509>> chain;
  if (auto error = read_certificates(file, chain)) {
    return error;
  }
  auto* const own = chain.front().get();
  if (SSL_CTX_use_certificate(context, own) != 1) {
    return unusable(file);
  }
  for (std::size_t i = 1; i < chain.size(); ++i) {
    if (SSL_CTX_add1_chain_cert(context, chain[i].get()) != 1) {
      return unusable(file);
    }
  }
  not_after = read_time(X509_get0_notAfter(own));
  return std::nullopt;
}

std::optional<Error> take_key(SSL_CTX* context, const File& file, const File& certificate) {
  const auto in = open_text(file.text);
  bool was_asked = false;
  const OpensslPtr<EVP_PKEY> key(
      PEM_read_bio_PrivateKey(in.get(), nullptr, no_password, &was_asked));
  if (!key) {
    take_openssl_error();
    return mistake(file, was_asked ? "is encrypted; give a key without a password, that only the "
                                     "exporter can read"
                                   : "holds no private key in PEM, which begins with -----BEGIN "
                                     "PRIVATE KEY-----");
  }
  const auto* const own = SSL_CTX_get0_certificate(context);
  const auto whom = describe_name(X509_get_subject_name(own));
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1 || SSL_CTX_check_private_key(context) != 1) {
    take_openssl_error();
    return mistake(file, "is not the key of " +
                             certificate.place.substr(0, certificate.place.size() - 2) +
                             ", whose first certificate is of " + whom + "; ours must come first");
  }
  return std::nullopt;
}

std::string hash_of(const std::string& text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), hash.data(), &size, EVP_sha256(), nullptr);
  return {hash.begin(), hash.begin() + size};
}

}  // namespace

struct TlsContext::Files {
  File authorities;
  File certificate;
  File key;

  std::optional<Error> read_all(const TlsSettings& settings) {
    if (settings.cert_file.empty() != settings.key_file.empty()) {
      return Error(Reason::kTls, settings.cert_file.empty()
                                     ? "key_file is given without cert_file; give both or neither"
                                     : "cert_file is given without key_file; give both or neither");
    }
    std::optional<Error> error;
    if (settings.verify) {
      const auto* const system = settings.ca_file.empty() ? find_system_authorities() : "";
      if (system == nullptr) {
        return Error(Reason::kTls,
                     "this system has no list of authorities (package ca-certificates); set "
                     "ca_file to that of the server's certificate");
      }
      error = read("ca_file", settings.ca_file.empty() ? system : settings.ca_file, authorities);
    }
    if (!error && !settings.cert_file.empty()) {
      error = read("cert_file", settings.cert_file, certificate);
      error = error ? error : read("key_file", settings.key_file, key);
    }
    return error;
  }

  std::string hash() const {
    return hash_of(authorities.text) + hash_of(certificate.text) + hash_of(key.text) +
           (key.is_for_all ? "for all" : "");
  }
};

TlsContext::TlsContext(const Files& files)
    : openssl_(SSL_CTX_new(TLS_client_method())), hash_(files.hash()) {}

TlsContext::~TlsContext() = default;

Result<TlsContext::Ptr> TlsContext::load(const TlsSettings& settings, Ptr last) {
  Files files;
  if (const auto error = files.read_all(settings)) {
    return *error;
  }
  if (last && last->hash_ == files.hash()) {
    return last;
  }
  const std::shared_ptr<TlsContext> context(new TlsContext(files));
  if (const auto error = context->take(settings, files)) {
    return *error;
  }
  return Ptr(context);
}

std::optional<Error> TlsContext::take_system(const Files& files) {
  system_ = std::make_unique<LazyAuthorities>(files.authorities.text);
  if (system_->size() == 0) {
    return mistake(files.authorities, kNoCertificate);
  }
  if (!system_->is_whole()) {
    return mistake(files.authorities,
                   "is broken after " + std::to_string(system_->size()) + " certificates");
  }
  system_->serve(openssl_.get());
  return std::nullopt;
}

std::optional<Error> TlsContext::take(const TlsSettings& settings, const Files& files) {
  auto* const context = openssl_.get();
  const bool is_13 = settings.min_version == TlsSettings::Version::k13;
  SSL_CTX_set_min_proto_version(context, is_13 ? TLS1_3_VERSION : TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  prepare_for_peers(context, settings.verify);
  std::optional<Error> error;
  if (settings.verify) {
    error = settings.ca_file.empty() ? take_system(files)
                                     : take_authorities(context, files.authorities);
  }
  if (!error && !settings.cert_file.empty()) {
    error = take_certificate(context, files.certificate, own_not_after_);
    error = error ? error : take_key(context, files.key, files.certificate);
    if (files.key.is_for_all) {
      warnings_.push_back(files.key.place +
                          "every user can read it; take that right away (chmod "
                          "o-r)");
    }
  }
  return error;
}

}  // namespace zke
