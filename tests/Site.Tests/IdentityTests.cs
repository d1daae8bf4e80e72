using EdgeOrleans.ServiceHarness;
using EdgeOrleans.Silo.Site;
using EdgeOrleans.Site.Tests.Servers;
using Microsoft.Data.Sqlite;

namespace EdgeOrleans.Site.Tests;

/// <summary>Cards are lost, cloned and put back from old copies; the site's data survives all of it.</summary>
[Collection(SiteCollection.Name)]
public sealed class IdentityTests(SiteServer server) : IDisposable
{
    private readonly ServiceDirectory _directory = new();
    private readonly ServiceDirectory _other = new();

    public void Dispose()
    {
        _directory.Dispose();
        _other.Dispose();
    }

    [Fact]
    public async Task Card_is_replaced_and_restored_and_the_old_one_is_shut_out()
    {
        var site = await SiteDatabase.Create(server);
        string id;
        await using (var device = await ServiceProcess.Start(_directory, site.Device()))
        {
            await device.SetMany(Enumerable.Range(0, 3000).Select(static i => ($"c{i % 7}", $"key-{i}", $"{i}.50")));
            await device.Client.Set("deleted", "k", "1");
            await device.WaitInSync();
            await device.Client.DeleteAsync(new Uri("/api/v1/namespaces/default/collections/deleted", UriKind.Relative));
            await device.Client.Set("late", "k", "\"a\\u0000b\"");
            await device.WaitInSync();
            id = await device.DeviceId();
            await device.Kill();
        }

        var before = await site.EntriesOf(id);
        Assert.Equal(3001, before.Length);

        // Not without a name, not over data.
        var nameless = await site.Run(_other, "restore");
        Assert.Equal((2, true), (nameless.Code, nameless.Errors[0].Contains(id, StringComparison.Ordinal)));
        Assert.Equal(6, (await site.Run(_directory, "restore", site.Device().With("Site:Device", id))).Code);
        Assert.Equal(before, await site.EntriesOf(id));

        var restored = await site.Run(_other, "restore", site.Device().With("Site:Device", id));
        Assert.True(restored.Code == 0, string.Join('\n', restored.Errors));
        Assert.StartsWith($"Restored device {id}: 8 collections in ", restored.Output[0], StringComparison.Ordinal);
        await using var device2 = await ServiceProcess.Start(_other, site.Device());
        Assert.Equal("2999.50", await device2.Client.Get($"c{2999 % 7}", "key-2999"));
        Assert.Equal("\"a\\u0000b\"", await device2.Client.Get("late", "k"));
        Assert.Null(await device2.Client.Get("deleted", "k"));
        await device2.Client.Set("c0", "new", "1");
        await device2.WaitInSync();
        Assert.Equal(id, await device2.DeviceId());
        Assert.Equal(before.Append("default/c0/new=1").Order(StringComparer.Ordinal), await site.EntriesOf(id));

        // The old card turns up in the same machine.
        await using var old = await ServiceProcess.Start(_directory, site.Device());
        await old.Client.Set("c0", "old", "1");
        await old.WaitFor(static sync => sync.GetProperty("state").GetString() == "refused");
        Assert.Contains("another copy of this data", (await old.Sync()).GetProperty("refused")[0].GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain("default/c0/old=1", await site.EntriesOf(id));
        await device2.Client.Set("c0", "newer", "1");
        await device2.WaitInSync();
    }

    [Fact]
    public async Task Old_copy_of_the_data_is_refused_until_an_operator_lets_it_overwrite()
    {
        var site = await SiteDatabase.Create(server);
        string id;
        await using (var device = await ServiceProcess.Start(_directory, site.Device()))
        {
            await device.Client.Set("c", "k", "1");
            await device.WaitInSync();
            id = await device.DeviceId();
            await device.Stop();
        }

        CopyDirectory(_directory.DataPath, _other.DataPath);
        await using (var device = await ServiceProcess.Start(_directory, site.Device()))
        {
            await device.Client.Set("c", "since", "2");
            await device.WaitInSync();
            await device.Kill();
        }

        // However much the copy is changed while the site is away.
        await using (var copy = await ServiceProcess.Start(_other, site.Device()))
        {
            await copy.SetMany(Enumerable.Range(0, 50).Select(static i => ("c", $"copy-{i}", "3")));
            await copy.WaitFor(static sync => sync.GetProperty("state").GetString() == "refused");
            Assert.Equal(3, (await site.Run(_other, "overwrite")).Code);
            await copy.Stop();
        }

        string[] original = ["default/c/k=1", "default/c/since=2"];
        Assert.Equal(original, await site.EntriesOf(id));
        var overwritten = await site.Run(_other, "overwrite");
        Assert.True(overwritten.Code == 0, string.Join('\n', overwritten.Errors));
        await using var again = await ServiceProcess.Start(_other, site.Device());
        await again.WaitInSync();
        Assert.Equal(id, await again.DeviceId());
        Assert.Equal(51, (await site.EntriesOf(id)).Length);
        Assert.Equal(original, await site.EntriesOf((await site.Query($"SELECT device FROM devices WHERE device LIKE '{id}.replaced-%'")).Single()!));
    }

    [Fact]
    public async Task Cloned_card_becomes_a_device_of_its_own_on_another_machine()
    {
        Assert.SkipWhen(MachineMarks.Read().Count == 0, "This machine has nothing that tells it from another.");
        var site = await SiteDatabase.Create(server);
        await using var original = await ServiceProcess.Start(_directory, site.Device());
        await original.Client.Set("c", "k", "1");
        await original.WaitInSync();
        await original.Stop();

        // The record says what machine the data was made on: another one than this.
        CopyDirectory(_directory.DataPath, _other.DataPath);
        MakeOnAnotherMachine(Path.Combine(_other.DataPath, "edgeorleans.db"));
        await using var first = await ServiceProcess.Start(_directory, site.Device());
        await using var clone = await ServiceProcess.Start(_other, site.Device());
        await clone.WaitForLine("copied here from another machine.*NEW DEVICE", TimeSpan.FromSeconds(20));
        await first.Client.Set("c", "first", "1");
        await clone.Client.Set("c", "clone", "1");
        await first.WaitInSync();
        await clone.WaitInSync();
        Assert.NotEqual(await first.DeviceId(), await clone.DeviceId());
        Assert.Equal(["default/c/first=1", "default/c/k=1"], await site.EntriesOf(await first.DeviceId()));
        Assert.Equal(["default/c/clone=1", "default/c/k=1"], await site.EntriesOf(await clone.DeviceId()));

        // And it stays the same one.
        var id = await clone.DeviceId();
        await clone.Stop();
        await using var again = await ServiceProcess.Start(_other, site.Device());
        Assert.Equal(id, await again.DeviceId());
    }

    /// <summary>Its identity goes with it, so what the site has of the device cannot be taken for a copy of what is left.</summary>
    [Fact]
    public async Task Device_whose_database_was_lost_leaves_its_mirrored_data_alone()
    {
        var site = await SiteDatabase.Create(server);
        string id;
        await using (var device = await ServiceProcess.Start(_directory, site.Device()))
        {
            await device.SetMany(Enumerable.Range(0, 200).Select(static i => ("c", $"k{i}", "1")));
            await device.WaitInSync();
            id = await device.DeviceId();
            await device.Stop();
        }

        Array.ForEach(Directory.GetFiles(_directory.DataPath, "edgeorleans.db*"), File.Delete);
        await using var after = await ServiceProcess.Start(_directory, site.Device());
        await after.Client.Set("c", "other", "1");
        await after.WaitFor(static sync => sync.GetProperty("state").GetString() == "in_sync");
        Assert.NotEqual(id, await after.DeviceId());
        Assert.Equal(200, (await site.EntriesOf(id)).Length);
    }

    private static void MakeOnAnotherMachine(string database)
    {
        using var connection = new SqliteConnection($"Data Source={database};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText =
            """
            UPDATE OrleansStorage SET PayloadBinary = CAST(json_set(CAST(PayloadBinary AS TEXT), '$.machine.board', 'another', '$.machine.system', 'another') AS BLOB)
            WHERE GrainTypeString = 'identity'
            """;
        Assert.Equal(1, command.ExecuteNonQuery());
    }

    private static void CopyDirectory(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy, overwrite: true);
        }
    }
}
