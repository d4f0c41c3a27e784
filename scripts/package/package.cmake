# What CPack makes of the installation: `cpack -G DEB --config build/release/CPackConfig.cmake`.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_BINARY_DIR})
set(CPACK_PACKAGE_NAME finwait)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "load-generating stress tester for how TCP and TLS connections end")
set(CPACK_PACKAGE_DESCRIPTION
"finwait opens and closes TCP and HTTPS connections by the thousands, in a
close order you choose, and measures in which kernel state their sockets end
up (TIME_WAIT, CLOSE_WAIT, FIN_WAIT2 and others), on which side, for how long
and under which sysctls. Each run has two hosts of its own, made of network
namespaces, and changes nothing on the machine.")
set(CPACK_STRIP_FILES ON)
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# What scenarios of configs/ start, and what reads results.
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "curl, jq, nginx, openssl, python3")
set(CPACK_PROJECT_CONFIG_FILE ${CMAKE_CURRENT_LIST_DIR}/maintainer.cmake)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/debian.cmake)
include(CPack)
