using EdgeOrleans.Silo.Doctor;

namespace EdgeOrleans.Silo.Tests.Doctor;

/// <summary>Which file system a directory lies on, from the kernel's table.</summary>
public sealed class MountTests
{
    private static readonly string[] Table =
    [
        "22 1 179:2 / / rw,noatime shared:1 - ext4 /dev/root rw,errors=remount-ro",
        "23 22 0:21 / /proc rw,nosuid shared:12 - proc proc rw",
        "30 22 179:3 / /data rw,relatime - f2fs /dev/mmcblk0p3 rw,fsync_mode=posix",
        @"31 22 8:1 / /media/my\040card rw - vfat /dev/sda1 rw",
        "32 30 0:50 / /data rw - tmpfs tmpfs rw,size=1k",
        "33 22 179:4 / /broken rw,relatime - ext4 /dev/mmcblk0p4 ro,errors=remount-ro",
    ];

    [Theory]
    [InlineData("/", "ext4")]
    [InlineData("/var/lib/edgeorleans", "ext4")]
    [InlineData("/database", "ext4")]
    [InlineData("/proc/self", "proc")]
    [InlineData("/media/my card/data", "vfat")]
    [InlineData("/data", "tmpfs")]
    [InlineData("/data/below", "tmpfs")]
    public void Deepest_and_last_mount_holds_the_path(string path, string type) => Assert.Equal(type, Mount.Of(path, Table).Type);

    [Fact]
    public void Options_are_those_of_mount_and_file_system_each_once()
    {
        var mount = Mount.Of("/var", Table);
        Assert.Equal(("/", "179:2", "/dev/root"), (mount.Point, mount.DeviceNumber, mount.Source));
        Assert.Equal(["rw", "noatime", "errors=remount-ro"], mount.Options);
        Assert.False(mount.IsReadOnly);
    }

    [Fact]
    public void File_system_that_turned_read_only_under_a_writable_mount_is_read_only() => Assert.True(Mount.Of("/broken", Table).IsReadOnly);

    [Fact]
    public void Link_is_followed_to_where_the_data_really_is()
    {
        var directory = Directory.CreateTempSubdirectory("edgeorleans-mount-").FullName;
        try
        {
            Directory.CreateSymbolicLink(Path.Combine(directory, "b"), "/data");
            Directory.CreateSymbolicLink(Path.Combine(directory, "a"), "b");
            Assert.Equal("tmpfs", Mount.Of(Path.Combine(directory, "a", "not", "there"), Table).Type);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public void This_machines_own_table_is_understood() => Assert.Equal("proc", Mount.Of("/proc/self").Type);
}
