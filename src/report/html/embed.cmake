# The page of `--format html`: made of the files beside this one and of dygraphs, with its licence,
# and embedded into finwait_report by html.c.
find_path(DYGRAPHS_DIR dygraph.min.js PATHS /usr/share/javascript/dygraphs NO_DEFAULT_PATH)
find_file(DYGRAPHS_LICENCE copyright PATHS /usr/share/doc/libjs-dygraphs NO_DEFAULT_PATH)
if(NOT DYGRAPHS_DIR OR NOT DYGRAPHS_LICENCE)
    message(FATAL_ERROR
        "--format html needs dygraphs: apt-get install libjs-dygraphs (or scripts/deps)\n"
        "Elsewhere: -DDYGRAPHS_DIR=DIR with dygraph.min.js and dygraph.min.css,\n"
        "           -DDYGRAPHS_LICENCE=FILE with its licence.\n"
        "Without that format: -DFINWAIT_HTML=OFF")
endif()

set(page_dir ${CMAKE_CURRENT_BINARY_DIR}/html)
file(GLOB page_sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/report/html/page*)
add_custom_command(
    OUTPUT ${page_dir}/head.html ${page_dir}/tail.html
    COMMAND ${CMAKE_COMMAND} -DOUT=${page_dir} -DDYGRAPHS=${DYGRAPHS_DIR}
            -DLICENCE=${DYGRAPHS_LICENCE} -P ${CMAKE_CURRENT_SOURCE_DIR}/report/html/page.cmake
    DEPENDS ${page_sources}
    COMMENT "Making the page of --format html" VERBATIM)
set_source_files_properties(report/html.c PROPERTIES
    COMPILE_DEFINITIONS FINWAIT_HTML="${page_dir}"
    OBJECT_DEPENDS "${page_dir}/head.html;${page_dir}/tail.html")
