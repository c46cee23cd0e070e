#ifndef DCMFS_CFUSE3_SHIM_H
#define DCMFS_CFUSE3_SHIM_H
/*
 * What Swift cannot say about libfuse3: bit fields, function-like macros, a va_list, and the differences between
 * libfuse 3.14 (Debian 12, Ubuntu 24.04) and 3.17+ (Debian 13). Nothing else belongs here.
 *
 * 64-bit off_t is the default on every platform we support; defining _FILE_OFFSET_BITS here would clash with Glibc's module.
 */
#define FUSE_USE_VERSION 314
#include <errno.h>
#include <fuse_lowlevel.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <syslog.h>

/* fuse_session_new is a macro from 3.17 on. */
static inline struct fuse_session *dcmfs_session_new(
    struct fuse_args *arguments, const struct fuse_lowlevel_ops *operations, void *userdata)
{
    return fuse_session_new(arguments, operations, sizeof *operations, userdata);
}

/* Threads are never ended while idle: libfuse ends them with pthread_cancel, which runs no Swift destructor. */
static inline int dcmfs_session_loop(struct fuse_session *session, unsigned int threads)
{
    struct fuse_loop_config *config = fuse_loop_cfg_create();
    if (config == NULL)
        return -12; /* ENOMEM */
    fuse_loop_cfg_set_max_threads(config, threads);
    fuse_loop_cfg_set_idle_threads(config, threads);
    fuse_loop_cfg_set_clone_fd(config, 0);
    int result = fuse_session_loop_mt(session, config);
    fuse_loop_cfg_destroy(config);
    return result;
}

static inline void dcmfs_want(struct fuse_conn_info *connection, uint64_t flag)
{
#if FUSE_VERSION >= FUSE_MAKE_VERSION(3, 18)
    fuse_set_feature_flag(connection, flag);
#else
    if (connection->capable & flag)
        connection->want |= (unsigned int)flag;
#endif
}

static inline void dcmfs_do_not_want(struct fuse_conn_info *connection, uint64_t flag)
{
#if FUSE_VERSION >= FUSE_MAKE_VERSION(3, 18)
    fuse_unset_feature_flag(connection, flag);
#else
    connection->want &= ~(unsigned int)flag;
#endif
}

enum dcmfs_readdirplus { dcmfs_readdirplus_never, dcmfs_readdirplus_auto, dcmfs_readdirplus_always };

/* What is asked of the kernel. No splice: it is no faster at 128 KiB and slower with large read-ahead. */
static inline void dcmfs_negotiate(struct fuse_conn_info *connection, enum dcmfs_readdirplus plus)
{
    dcmfs_do_not_want(connection, FUSE_CAP_SPLICE_READ);
    dcmfs_do_not_want(connection, FUSE_CAP_SPLICE_WRITE);
    dcmfs_do_not_want(connection, FUSE_CAP_SPLICE_MOVE);
    dcmfs_want(connection, FUSE_CAP_ASYNC_READ);
    dcmfs_want(connection, FUSE_CAP_AUTO_INVAL_DATA);
    dcmfs_want(connection, FUSE_CAP_EXPORT_SUPPORT);
    /* 3.14 forgets to send this one; from 3.17 on it is off unless asked for. */
    dcmfs_want(connection, FUSE_CAP_PARALLEL_DIROPS);
    if (plus == dcmfs_readdirplus_never) {
        dcmfs_do_not_want(connection, FUSE_CAP_READDIRPLUS);
        dcmfs_do_not_want(connection, FUSE_CAP_READDIRPLUS_AUTO);
    } else if (plus == dcmfs_readdirplus_always) {
        dcmfs_want(connection, FUSE_CAP_READDIRPLUS);
        dcmfs_do_not_want(connection, FUSE_CAP_READDIRPLUS_AUTO);
    } else {
        dcmfs_want(connection, FUSE_CAP_READDIRPLUS);
        dcmfs_want(connection, FUSE_CAP_READDIRPLUS_AUTO);
    }
    connection->max_background = 64;
    connection->congestion_threshold = 48;
}

static inline void dcmfs_set_keep_cache(struct fuse_file_info *info, int keep)
{
    info->keep_cache = keep ? 1 : 0;
}

/*
 * Passthrough: the kernel reads an open file from its source by itself. libfuse knows it from 3.17 on, Linux from 6.9 on, and only
 * for CAP_SYS_ADMIN. Backing files stay below (depth 0): the sources lie on no stacked filesystem.
 */
#if FUSE_VERSION >= FUSE_MAKE_VERSION(3, 17) && defined(FUSE_CAP_PASSTHROUGH)
#define DCMFS_PASSTHROUGH 1
#else
#define DCMFS_PASSTHROUGH 0
#endif

static inline int dcmfs_has_passthrough(void)
{
    return DCMFS_PASSTHROUGH;
}

/* Asks the kernel for it; 0 when it is not offered. */
static inline int dcmfs_negotiate_passthrough(struct fuse_conn_info *connection)
{
#if DCMFS_PASSTHROUGH
    if (!(connection->capable & FUSE_CAP_PASSTHROUGH))
        return 0;
    dcmfs_want(connection, FUSE_CAP_PASSTHROUGH);
    connection->max_backing_stack_depth = FUSE_BACKING_STACKED_UNDER;
    return 1;
#else
    (void)connection;
    return 0;
#endif
}

/* A positive backing id for a descriptor, or -errno. */
static inline int dcmfs_passthrough_open(fuse_req_t request, int descriptor)
{
#if DCMFS_PASSTHROUGH
    errno = 0;
    int id = fuse_passthrough_open(request, descriptor);
    if (id > 0)
        return id;
    return errno > 0 ? -errno : -EIO;
#else
    (void)request;
    (void)descriptor;
    return -ENOSYS;
#endif
}

static inline void dcmfs_passthrough_close(fuse_req_t request, int id)
{
#if DCMFS_PASSTHROUGH
    fuse_passthrough_close(request, id);
#else
    (void)request;
    (void)id;
#endif
}

/* The kernel accepts no other flag beside it. */
static inline void dcmfs_set_backing(struct fuse_file_info *info, int id)
{
#if DCMFS_PASSTHROUGH
    info->keep_cache = 0;
    info->direct_io = 0;
    info->backing_id = id;
#else
    (void)info;
    (void)id;
#endif
}

/* libfuse's messages, once there is no terminal to print them on. Its levels are those of syslog. */
static inline void dcmfs_log_to_syslog(enum fuse_log_level level, const char *format, va_list arguments)
{
    vsyslog(LOG_DAEMON | (int)level, format, arguments);
}

static inline void dcmfs_use_syslog(void)
{
    fuse_set_log_func(dcmfs_log_to_syslog);
}

/* syslog itself is variadic. */
static inline void dcmfs_syslog(int level, const char *message)
{
    syslog(LOG_DAEMON | level, "%s", message);
}
#endif
