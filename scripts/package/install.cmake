# What `cmake --install` lays under its prefix, and so what the packages hold.
install(TARGETS finwait RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY configs/ DESTINATION ${CMAKE_INSTALL_DATADIR}/finwait/configs
    FILES_MATCHING REGEX "\\.(yaml|py|conf|cfg)$")
# What a build makes for others to find by its place: man pages, completions, the schema.
install(DIRECTORY ${PROJECT_BINARY_DIR}/share/ DESTINATION ${CMAKE_INSTALL_DATADIR} OPTIONAL)
# README.md and the manual as they lie here, so that their links lead somewhere.
install(FILES README.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR})
