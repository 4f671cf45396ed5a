#include "paylog/notifier/sink/test_certificate.h"

#include <cstdio>
#include <memory>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "paylog/base/check.h"

namespace paylog::notifier {
namespace {

constexpr long kValidSeconds = 24L * 60 * 60;

using Key = std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)>;
using Certificate = std::unique_ptr<X509, void (*)(X509*)>;
using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

void SetName(X509* certificate, const std::string& name) {
  X509_NAME* const subject = X509_get_subject_name(certificate);
  const auto* const bytes = reinterpret_cast<const unsigned char*>(name.c_str());
  CHECK(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, bytes, -1, -1, 0) == 1);
  CHECK(X509_set_issuer_name(certificate, subject) == 1);
  const std::unique_ptr<X509_EXTENSION, void (*)(X509_EXTENSION*)> names(
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, ("DNS:" + name).c_str()),
      X509_EXTENSION_free);
  CHECK(names != nullptr && X509_add_ext(certificate, names.get(), -1) == 1);
}

}  // namespace

void WriteCertificate(const std::string& name, const std::string& key_file,
                      const std::string& certificate_file) {
  const Key key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  const Certificate certificate(X509_new(), X509_free);
  CHECK(key != nullptr && certificate != nullptr);
  CHECK(X509_set_version(certificate.get(), X509_VERSION_3) == 1);
  CHECK(ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1) == 1);
  CHECK(X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -kValidSeconds) != nullptr);
  CHECK(X509_gmtime_adj(X509_getm_notAfter(certificate.get()), kValidSeconds) != nullptr);
  CHECK(X509_set_pubkey(certificate.get(), key.get()) == 1);
  SetName(certificate.get(), name);
  CHECK(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0);
  const File keys(std::fopen(key_file.c_str(), "wb"), std::fclose);
  const File certificates(std::fopen(certificate_file.c_str(), "wb"), std::fclose);
  CHECK(keys != nullptr && certificates != nullptr);
  CHECK(PEM_write_PrivateKey(keys.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
  CHECK(PEM_write_X509(certificates.get(), certificate.get()) == 1);
}

}  // namespace paylog::notifier
