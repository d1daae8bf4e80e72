using System.Diagnostics;
using EdgeOrleans.Load;
using EdgeOrleans.Load.Flash;
using EdgeOrleans.Load.Output;
using EdgeOrleans.Load.Services;

if (args is not [var binary] || !File.Exists(binary))
{
    Console.Error.WriteLine("usage: edgeorleans-flash BINARY\nCounts the bytes that an hour of a device's life writes to the card. Needs root, for a loop device.");
    return ExitCode.NothingMeasured;
}

(string Name, Func<DataDisk, Task<IStore>> Open)[] stores =
[
    ("EdgeOrleans", async disk => await ServiceStore.Start(binary, disk)),
    ("a flush for each write", static disk => Task.FromResult<IStore>(new AppendStore(disk.Path))),
    ("SQLite alone", static disk => Task.FromResult<IStore>(new SqliteStore(disk.Path))),
];
try
{
    var rows = Pattern.Phases.Select(static phase => new List<string> { phase.Name }).ToArray();
    var sums = new List<string> { "the hour" };
    foreach (var (name, open) in stores)
    {
        Console.WriteLine($"{name}: {3600 / Pattern.Speed} s");
        using var disk = new DataDisk();
        var device = disk.Device ?? throw new LoadFault("No loop device can be mounted here: it takes root.");
        long written = 0, user = 0;
        await using (var store = await open(disk))
        {
            for (var i = 0; i < rows.Length; i++)
            {
                Sync(disk);
                var before = device.BytesWritten;
                var bytes = await Pattern.Phases[i].Run(store);
                Sync(disk);
                var taken = device.BytesWritten - before;
                rows[i].Add(bytes == 0 ? $"{taken:N0} bytes" : $"{(double)taken / bytes:N0}");
                written += taken;
                user += bytes;
            }
        }

        sums.Add($"{(double)written / user:N0} ({written / 1e6:N1} MB)");
    }

    Console.WriteLine($"{Machine.Description}; ext4; an hour in {3600 / Pattern.Speed} s\nBytes to the block device for each byte of key and value:");
    Console.WriteLine(TextTable.Of(["", .. stores.Select(static store => store.Name)], [.. rows, sums]));
    return ExitCode.Held;
}
catch (LoadFault fault)
{
    Console.Error.WriteLine(fault.Message);
    return ExitCode.NothingMeasured;
}

// What is in the page cache alone would be counted in the next phase.
static void Sync(DataDisk disk)
{
    using var sync = Process.Start(new ProcessStartInfo("sync", ["-f", disk.Path]))!;
    sync.WaitForExit();
}
