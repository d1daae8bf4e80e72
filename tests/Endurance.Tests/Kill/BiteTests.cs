using EdgeOrleans.Oracle;
using EdgeOrleans.Endurance.Tests.Traffic;
using EdgeOrleans.ServiceHarness;

namespace EdgeOrleans.Endurance.Tests.Kill;

/// <summary>The check after a restart finds what a broken service would do, here done to its files between a kill and the restart.</summary>
public sealed class BiteTests
{
    private readonly WriteOracle _oracle = new();

    [Fact]
    public async Task Check_finds_writes_lost_with_the_newest_segment()
    {
        using var directory = new ServiceDirectory();
        await Live(directory, writes: 300);
        await Live(directory, writes: 300);
        File.Delete(Directory.GetFiles(Path.Combine(directory.DataPath, "journal"), "*.segment").Max()!);
        Assert.NotEmpty(await Check(directory));
    }

    [Fact]
    public async Task Check_finds_data_of_an_earlier_life()
    {
        using var directory = new ServiceDirectory();
        using var earlier = new ServiceDirectory();
        await Live(directory, writes: 300);
        CopyAll(directory.DataPath, earlier.DataPath);
        await Live(directory, writes: 300);
        Directory.Delete(directory.DataPath, recursive: true);
        CopyAll(earlier.DataPath, directory.DataPath);
        Assert.NotEmpty(await Check(directory));
    }

    [Fact]
    public async Task Check_finds_a_database_that_is_gone()
    {
        using var directory = new ServiceDirectory();
        await Live(directory, writes: 300);
        await using (var service = await Running.Start(directory))
        {
            Assert.Equal(0, (await service.Process.Stop()).Code);
        }

        Array.ForEach(Directory.GetFiles(directory.DataPath, "edgeorleans.db*"), File.Delete);
        Assert.NotEmpty(await Check(directory));
    }

    private async Task Live(ServiceDirectory directory, int writes)
    {
        await using var service = await Running.Start(directory, ("Limits:ValueBytes", "1024"));
        var counts = new TrafficCounts();
        await using var traffic = RandomTraffic.Start(_oracle, service.Client, counts, writers: 4, seed: writes);
        while (counts.Acknowledged < writes)
        {
            await Task.Delay(5);
        }

        await service.Process.Kill();
        await traffic.Stop();
    }

    private async Task<IReadOnlyCollection<string>> Check(ServiceDirectory directory)
    {
        await using var service = await Running.Start(directory, ("Limits:ValueBytes", "1024"));
        return await new RestartCheck(_oracle, service.Client).Run();
    }

    private static void CopyAll(string from, string to)
    {
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
