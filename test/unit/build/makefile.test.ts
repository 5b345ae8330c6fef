import { expect, test } from "vitest";
import { parsePackage, readVariable, renderDepends, withVariable } from "../../../build/makefile.ts";

const makefile = `
PKG_NAME:=tool
PKG_VERSION:=1.2.3
PKG_RELEASE:=4
PKG_LICENSE:=MIT
PKG_SOURCE:=$(PKG_NAME)-$(PKG_VERSION).tar.gz

define Package/tool
  SECTION:=net
  TITLE:=A tool
  DEPENDS:=+engine \\
    +ip-full
  EXTRA_DEPENDS:=engine (=$(VERSION))
endef

define Package/tool/description
 First line
 and second.
endef

define Package/tool/conffiles
/etc/config/tool
/etc/tool.user
endef

define Package/tool/postinst
#!/bin/sh
[ -n "$\${IPKG_INSTROOT}" ] || true
endef
`;

test("reads a package with its variables expanded", () => {
	const recipe = parsePackage(makefile, "tool");
	expect(recipe).toMatchObject({ name: "tool", version: "1.2.3-r4", license: "MIT" });
	expect(recipe.fields.get("TITLE")).toBe("A tool");
	expect(recipe.description).toBe(" First line\n and second.");
	expect(recipe.conffiles).toEqual(["/etc/config/tool", "/etc/tool.user"]);
	expect([...recipe.scripts]).toEqual([["postinst", '#!/bin/sh\n[ -n "${IPKG_INSTROOT}" ] || true']]);
});

test("depends on the exact version where one is asked for, on each package once", () => {
	expect(renderDepends(parsePackage(makefile, "tool").fields)).toBe("engine (= 1.2.3-r4), ip-full");
	expect(renderDepends(new Map())).toBe("");
});

test("reads and replaces variables", () => {
	expect(readVariable(makefile, "PKG_SOURCE")).toBe("tool-1.2.3.tar.gz");
	expect(readVariable(withVariable(makefile, "PKG_VERSION", "2.0"), "PKG_SOURCE")).toBe("tool-2.0.tar.gz");
	expect(() => withVariable(makefile, "PKG_HASH", "00")).toThrow("does not set PKG_HASH");
});

test("says which package is missing", () => {
	expect(() => parsePackage(makefile, "other")).toThrow('no "define Package/other"');
});
