# As much of an OpenWrt build as our Makefiles use: $(TOPDIR)/rules.mk. The caller sets BUILD_DIR, DL_DIR and ROOT.
INCLUDE_DIR:=$(TOPDIR)/include
TARGET_CC:=gcc
TARGET_CFLAGS:=-O0
INSTALL_DIR:=install -d -m0755
INSTALL_BIN:=install -m0755
CP:=cp -fpR
