# Between the installation and the package: what Debian has under another name, or compressed.
set(root ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/usr/share)
set(doc ${root}/doc/${CPACK_PACKAGE_NAME})

file(READ ${doc}/LICENSE licence)
file(REMOVE ${doc}/LICENSE)
string(REGEX REPLACE "^MIT License\n+(Copyright [^\n]*)\n+(.*)" "\\2" terms "${licence}")
set(copyright "${CMAKE_MATCH_1}")
string(STRIP "${terms}" terms)
string(REPLACE "\n\n" "\n.\n" terms "${terms}")
string(REPLACE "\n" "\n " terms "${terms}")
string(REGEX REPLACE "^Copyright \\(c\\) " "" holder "${copyright}")
file(WRITE ${doc}/copyright
"Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: ${CPACK_PACKAGE_NAME}

Files: *
Copyright: ${holder}
License: Expat

Files: dygraphs
Comment: within /usr/bin/finwait, for the pages of --format html, which carry its notices.
Copyright: 2006-2017 Dan Vanderkam <danvdk@gmail.com> and contributors
License: Expat

License: Expat
 ${terms}
")

string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)
file(WRITE ${doc}/changelog.Debian
"${CPACK_PACKAGE_NAME} (${CPACK_PACKAGE_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE}) unstable; urgency=medium

  * Made by CPack from finwait ${CPACK_PACKAGE_VERSION}, whose changes CHANGELOG.md tells.

 -- ${CPACK_DEBIAN_PACKAGE_MAINTAINER}  ${date}
")

if(EXISTS ${root}/zsh/site-functions)
    file(RENAME ${root}/zsh/site-functions ${root}/zsh/vendor-completions)
endif()

file(GLOB_RECURSE compressed ${root}/man/*.[0-9])
execute_process(COMMAND gzip -9n ${doc}/changelog.Debian ${compressed} COMMAND_ERROR_IS_FATAL ANY)

# Made by whoever wants it and not uploaded to Debian, so no bug there asks for it.
file(WRITE ${root}/lintian/overrides/${CPACK_PACKAGE_NAME}
"${CPACK_PACKAGE_NAME}: initial-upload-closes-no-bugs\n")
