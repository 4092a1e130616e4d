# make install: the program, its manual page and the completions of shells, all but the first written by the program itself.
include(GNUInstallDirs)
option(SYSRAY_INSTALL_STRACE "Also install sysray under the name strace" OFF)

install(TARGETS sysray RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
if(SYSRAY_INSTALL_STRACE)
  install(FILES ${PROJECT_BINARY_DIR}/strace DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
