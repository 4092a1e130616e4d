# make install: the program, and what it writes about itself: its manual page and the completions of shells.
include(GNUInstallDirs)
option(SYSRAY_INSTALL_STRACE "Also install sysray under the name strace" OFF)

set(documents)
function(sysray_document topic file)
  add_custom_command(OUTPUT ${PROJECT_BINARY_DIR}/${file} VERBATIM
    COMMAND sh -c "$0 --generate=$1 > $2" $<TARGET_FILE:sysray> ${topic} ${PROJECT_BINARY_DIR}/${file}
    DEPENDS sysray)
  set(documents ${documents} ${PROJECT_BINARY_DIR}/${file} PARENT_SCOPE)
endfunction()
sysray_document(man sysray.1)
sysray_document(bash completions/sysray)
sysray_document(zsh completions/_sysray)
sysray_document(fish completions/sysray.fish)
file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/completions)
add_custom_target(documents ALL DEPENDS ${documents})

install(TARGETS sysray RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES ${PROJECT_BINARY_DIR}/sysray.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${PROJECT_BINARY_DIR}/completions/sysray DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES ${PROJECT_BINARY_DIR}/completions/_sysray DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
install(FILES ${PROJECT_BINARY_DIR}/completions/sysray.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
if(SYSRAY_INSTALL_STRACE)
  install(FILES ${PROJECT_BINARY_DIR}/strace DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
