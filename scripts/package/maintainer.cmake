# Who builds a package maintains it: DEBFULLNAME and DEBEMAIL, as for Debian's own tools, or git's.
function(finwait_known variable key result)
    set(value "$ENV{${variable}}")
    if(value STREQUAL "")
        execute_process(COMMAND git config --get ${key} OUTPUT_VARIABLE value
            OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    endif()
    if(value STREQUAL "")
        message(FATAL_ERROR "who maintains the package? Set DEBFULLNAME and DEBEMAIL.")
    endif()
    set(${result} "${value}" PARENT_SCOPE)
endfunction()

finwait_known(DEBFULLNAME user.name maintainer)
finwait_known(DEBEMAIL user.email address)
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "${maintainer} <${address}>")
