# What OpenWrt's scripts expect of /lib/functions.sh: UCI access and a few words about lists.

N='
'

defined() { type "$1" > /dev/null 2>&1; }

append() {
	local variable=$1 value=$2 separator=${3:- }
	eval "export -- \"$variable=\${$variable:+\${$variable}\$separator}\$value\""
}

list_contains() {
	local list
	eval "list=\" \$$1 \""
	case $list in
	*" $2 "*) return 0 ;;
	esac
	return 1
}

list_remove() {
	local word rest= list
	eval "list=\$$1"
	for word in $list; do
		[ "$word" = "$2" ] || rest="${rest:+$rest }$word"
	done
	eval "export -- \"$1=\$rest\""
}

# config_load PACKAGE: reads it through `uci export`, which prints commands that the functions below obey.
config_load() {
	local text
	CONFIG_SECTIONS=
	CONFIG_SECTION=
	CONFIG_NUM_SECTIONS=0
	text=$(uci export "$1" 2> /dev/null) || return 1
	eval "$text"
	[ -z "$CONFIG_SECTION" ] || config_cb
}

reset_cb() {
	config_cb() { return 0; }
	option_cb() { return 0; }
	list_cb() { return 0; }
}
reset_cb

package() { return 0; }

config() {
	local name=$2
	[ -n "$name" ] || name=cfg$(printf %02x $((CONFIG_NUM_SECTIONS + 1)))
	[ -z "$CONFIG_SECTION" ] || config_cb
	CONFIG_NUM_SECTIONS=$((CONFIG_NUM_SECTIONS + 1))
	CONFIG_SECTION=$name
	append CONFIG_SECTIONS "$name"
	config_set "$name" TYPE "$1"
	config_cb "$1" "$name"
}

option() {
	config_set "$CONFIG_SECTION" "$1" "$2"
	option_cb "$1" "$2"
}

list() {
	local length
	config_get length "$CONFIG_SECTION" "$1_LENGTH" 0
	length=$((length + 1))
	config_set "$CONFIG_SECTION" "$1_ITEM$length" "$2"
	config_set "$CONFIG_SECTION" "$1_LENGTH" "$length"
	append "CONFIG_${CONFIG_SECTION}_$1" "$2"
	list_cb "$1" "$2"
}

config_set() {
	eval "CONFIG_${1}_${2}=\$3"
}

# config_get VARIABLE SECTION OPTION [DEFAULT], or config_get SECTION OPTION
config_get() {
	if [ $# -eq 2 ]; then
		eval "printf '%s\n' \"\${CONFIG_${1}_${2}}\""
	else
		eval "$1=\${CONFIG_${2}_${3}:-\$4}"
	fi
}

config_get_bool() {
	local value
	config_get value "$2" "$3" "$4"
	case $value in
	1 | on | true | yes | enabled) value=1 ;;
	0 | off | false | no | disabled) value=0 ;;
	*) value=$4 ;;
	esac
	eval "$1=\$value"
}

config_foreach() {
	local function=$1 wanted=$2 section type
	[ $# -lt 2 ] && shift || shift 2
	for section in $CONFIG_SECTIONS; do
		config_get type "$section" TYPE
		[ -n "$wanted" ] && [ "$wanted" != "$type" ] || "$function" "$section" "$@"
	done
}

config_list_foreach() {
	local section=$1 option=$2 function=$3 length number=1 value
	shift 3
	config_get length "$section" "${option}_LENGTH"
	if [ -z "$length" ]; then
		config_get value "$section" "$option"
		for value in $value; do "$function" "$value" "$@"; done
		return 0
	fi
	while [ "$number" -le "$length" ]; do
		config_get value "$section" "${option}_ITEM$number"
		"$function" "$value" "$@"
		number=$((number + 1))
	done
}

# What a package's postinst and prerm call.
default_postinst() {
	local package=$(basename "${1%.*}") script root=$IPKG_INSTROOT
	[ -z "$root" ] || return 0
	for script in /etc/uci-defaults/*; do
		[ -f "$script" ] || continue
		( . "$script" ) && rm -f "$script"
	done
	uci commit
	for script in $(sed -n 's,^/*etc/init\.d/,,p' "/usr/lib/opkg/info/$package.list" 2> /dev/null); do
		[ "$PKG_UPGRADE" = 1 ] || "/etc/init.d/$script" enable
		"/etc/init.d/$script" start
	done
	return 0
}

default_prerm() {
	local package=$(basename "${1%.*}") script
	[ -z "$IPKG_INSTROOT" ] || return 0
	for script in $(sed -n 's,^/*etc/init\.d/,,p' "/usr/lib/opkg/info/$package.list" 2> /dev/null); do
		[ "$PKG_UPGRADE" = 1 ] || "/etc/init.d/$script" disable
		"/etc/init.d/$script" stop
	done
	return 0
}
