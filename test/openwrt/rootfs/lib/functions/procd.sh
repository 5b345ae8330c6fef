# Describes services to procd: builds the JSON of `ubus call service set` from what an init script says.

. /usr/share/libubox/json.sh

procd_lock() {
	local name=$(basename "${initscript:-lock}")
	mkdir -p /var/lock
	exec 200> "/var/lock/procd_$name.lock"
	flock 200
}

procd_open_service() {
	_procd_name=$1
	_procd_script=$2
	_procd_instances=
	_procd_instance_count=0
	_procd_triggers=
	_procd_validate=
	_procd_data=
}

procd_close_service() {
	! defined service_triggers || service_triggers
	! defined service_data || service_data
	_procd_call "${1:-set}"
}

_procd_call() {
	local json
	json="{\"name\":$(json_quote "$_procd_name"),\"script\":$(json_quote "$_procd_script")"
	json="$json,\"instances\":{$_procd_instances},\"triggers\":[$_procd_triggers],\"data\":{$_procd_data}}"
	# Without the lock's descriptor, or what procd starts would hold it.
	ubus call service "$1" "$json" 200>&-
}

_procd_array_params="command file netdev respawn watch error"
_procd_table_params="env data limits"

procd_open_instance() {
	local param
	_procd_instance_count=$((_procd_instance_count + 1))
	_procd_instance=${1:-instance$_procd_instance_count}
	_procd_scalars=
	for param in $_procd_array_params $_procd_table_params; do eval "_procd_$param= _procd_has_$param="; done
}

procd_set_param() {
	local param=$1
	shift
	case $param in
	command | file | netdev | respawn | watch | error | env | limits)
		eval "_procd_$param="
		procd_append_param "$param" "$@"
		;;
	data) procd_append_param data "$@" ;;
	reload_signal) _procd_scalar reload_signal "$(kill -l "${1#SIG}" 2> /dev/null || echo "$1")" ;;
	nice | term_timeout) _procd_scalar "$param" "$1" ;;
	stdout | stderr | no_new_privs) _procd_scalar "$param" "$([ "$1" = 1 ] && echo true || echo false)" ;;
	*) _procd_scalar "$param" "$(json_quote "$1")" ;;
	esac
}

procd_append_param() {
	local param=$1 item
	shift
	eval "_procd_has_$param=1"
	for item; do
		case " $_procd_table_params " in
		*" $param "*) item="$(json_quote "${item%%=*}"):$(json_quote "${item#*=}")" ;;
		*) item=$(json_quote "$item") ;;
		esac
		append "_procd_$param" "$item" ,
	done
}

_procd_scalar() { append _procd_scalars "\"$1\":$2" ,; }

procd_close_instance() {
	local param value has body=$_procd_scalars
	for param in $_procd_array_params $_procd_table_params; do
		eval "value=\$_procd_$param has=\$_procd_has_$param"
		[ -n "$has" ] || continue
		case " $_procd_table_params " in
		*" $param "*) append body "\"$param\":{$value}" , ;;
		*) append body "\"$param\":[$value]" , ;;
		esac
	done
	append _procd_instances "$(json_quote "$_procd_instance"):{$body}" ,
}

# A jail is not made in the lab.
procd_add_jail() { return 0; }
procd_add_jail_mount() { return 0; }
procd_add_jail_mount_rw() { return 0; }

procd_set_config_changed() { ubus call service event "{\"type\":\"config.change\",\"data\":{\"package\":$(json_quote "$1")}}"; }

procd_open_trigger() { return 0; }
procd_close_trigger() { return 0; }
procd_open_data() { return 0; }
procd_close_data() { return 0; }
procd_open_validate() { return 0; }
procd_close_validate() { return 0; }
procd_add_validation() { return 0; }

# _procd_add_trigger EVENT FIELD VALUE DELAY_MS COMMAND...
_procd_add_trigger() {
	local event=$1 field=$2 value=$3 delay=$4 word run=
	shift 4
	for word in run_script "$@"; do append run "$(json_quote "$word")" ,; done
	append _procd_triggers "[$(json_quote "$event"),[\"if\",[\"eq\",\"$field\",$(json_quote "$value")],[$run]],$delay]" ,
}

procd_add_config_trigger() {
	local event=$1 package=$2
	shift 2
	_procd_add_trigger "$event" package "$package" "${PROCD_RELOAD_DELAY:-1000}" "$@"
}

procd_add_interface_trigger() {
	local event=$1 interface=$2
	shift 2
	_procd_add_trigger "$event" interface "$interface" "${PROCD_RELOAD_DELAY:-1000}" "$@"
}

procd_add_reload_trigger() {
	local package
	for package; do procd_add_config_trigger config.change "$package" "$initscript" reload; done
}

procd_add_reload_interface_trigger() {
	procd_add_interface_trigger "interface.*" "$1" "$initscript" reload
}

# procd_add_raw_trigger EVENT DELAY_MS COMMAND...
procd_add_raw_trigger() {
	local event=$1 delay=$2 word run=
	shift 2
	for word in run_script "$@"; do append run "$(json_quote "$word")" ,; done
	append _procd_triggers "[$(json_quote "$event"),[$run],$delay]" ,
}

_procd_service_args() {
	printf '{"name":%s%s}' "$(json_quote "$1")" "${2:+,\"instance\":$(json_quote "$2")}"
}

procd_kill() {
	ubus call service delete "$(_procd_service_args "$1" "$2")" > /dev/null 2>&1 200>&-
	return 0
}

# procd_send_signal SERVICE [INSTANCE] [SIGNAL]; "*" and nothing mean every instance; HUP when none is given
procd_send_signal() {
	local instance=$2 signal
	[ "$instance" != "*" ] || instance=
	signal=$(kill -l "${3:-HUP}" 2> /dev/null || echo "$3")
	ubus call service signal \
		"{\"name\":$(json_quote "$1")${instance:+,\"instance\":$(json_quote "$instance")},\"signal\":$signal}" 200>&-
}

procd_running() {
	ubus call service list "{\"name\":$(json_quote "$1")}" 200>&- | grep -q '"running": true'
}
