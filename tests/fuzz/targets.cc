#include "paylog/tests/fuzz/targets.h"

#include <array>

namespace paylog::fuzz {

std::span<const Target> Targets() {
  static constexpr std::array<Target, 14> kTargets = {{
      {"command", FuzzOneCommand, nullptr},
      {"records", FuzzOneRecords, RecordsSeeds},
      {"json", FuzzOneJson, nullptr},
      {"snapshot_formats", FuzzOneSnapshotFormats, SnapshotFormatsSeeds},
      {"snapshot_file", FuzzOneSnapshotFile, PatchesSeeds},
      {"snapshot_forged", FuzzOneSnapshotForged, PatchesSeeds},
      {"log_formats", FuzzOneLogFormats, LogFormatsSeeds},
      {"log_files", FuzzOneLogFiles, PatchesSeeds},
      {"log_forged", FuzzOneLogForged, PatchesSeeds},
      {"configuration", FuzzOneConfiguration, nullptr},
      {"lines", FuzzOneLines, nullptr},
      {"endpoints", FuzzOneEndpoints, EndpointsSeeds},
      {"webhook_reply", FuzzOneWebhookReply, WebhookReplySeeds},
      {"socket", FuzzOneSocket, SocketSeeds},
  }};
  return kTargets;
}

}  // namespace paylog::fuzz
