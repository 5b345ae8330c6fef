# As much of an OpenWrt build as our Makefiles use: unpack, patch, compile, install into $(ROOT).
PKG_BUILD_DIR?=$(BUILD_DIR)/$(PKG_NAME)-$(PKG_VERSION)

define Package/Default
  VERSION:=$(PKG_VERSION)-r$(PKG_RELEASE)
endef

# Each source of its own, fetched into DL_DIR and checked there.
define Download
  $(eval $(Download/$(1)))
  DOWNLOADED+=$(HASH)::$(FILE)
endef

define Build/Prepare/Default
	for source in $(DOWNLOADED); do \
		echo "$$$${source%%::*}  $(DL_DIR)/$$$${source##*::}" | sha256sum --check --quiet || exit 1; done
	echo "$(PKG_HASH)  $(DL_DIR)/$(PKG_SOURCE)" | sha256sum --check --quiet
	tar -C $(BUILD_DIR) -xf $(DL_DIR)/$(PKG_SOURCE)
	cd $(PKG_BUILD_DIR) && for patch in $(wildcard $(CURDIR)/patches/*); do \
		GIT_CEILING_DIRECTORIES=$(BUILD_DIR) git apply $$$$patch || exit 1; done
endef

define Build/Prepare
	$(call Build/Prepare/Default)
endef

define BuildPackage
  $(eval $(Package/Default))
  $(eval $(Package/$(1)))
  .DEFAULT_GOAL:=$(1)
  $(1):
	$(Build/Prepare)
	$(Build/Configure)
	$(Build/Compile)
	$(call Package/$(1)/install,$(ROOT))
endef
