namespace EdgeOrleans.WriteBehind.Tests;

/// <summary>Random changes, saves, faults, kills and power cuts against a model, at two targets.</summary>
public sealed class WriteBehindPropertyTests
{
    [Theory]
    [InlineData(1, 300)]
    public async Task Every_activation_and_both_targets_are_exact_whatever_storage_and_power_do(int firstSeed, int seeds)
    {
        for (var seed = firstSeed; seed < firstSeed + seeds; seed++)
        {
            try
            {
                await OneThread.Run(thread => Run(seed, thread));
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"seed {seed} fails; repeat it with InlineData({seed}, 1)", e);
            }
        }
    }

    private static async Task Run(int seed, OneThread thread)
    {
        var random = new Random(seed);
        var (primaryRows, secondaryRows) = (new MemoryRows(), new MemoryRows());
        var (primary, secondary) = (new UnreliableRows(primaryRows, random), new UnreliableRows(secondaryRows, random));
        using var device = new Device(thread, [primary, secondary], [TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(3)], chunkBytes: seed % 2 == 0 ? 256 * 1024 : 500);
        var keys = device.Models.Keys.ToArray();
        for (var step = 0; step < 400; step++)
        {
            var key = keys[random.Next(keys.Length)];
            switch (random.Next(100))
            {
                case < 60:
                    device.TryChange(key, model => model.Change(random));
                    break;
                case < 62:
                    device.TryChange(key, model => model.Set("large", $"\"{new string('l', random.Next(7000))}\""));
                    break;
                case < 80:
                    device.Advance(TimeSpan.FromSeconds(random.Next(30)));
                    break;
                case < 90:
                    await (random.Next(2) == 0 ? primary : secondary).Release();
                    device.Run();
                    break;
                case < 93:
                    device.Deactivate(key);
                    break;
                case < 95:
                    primary.IsAway = random.Next(4) == 0;
                    secondary.IsAway = random.Next(2) == 0;
                    break;
                case < 97:
                    device.Scheduler.RequestAll();
                    device.Run();
                    break;
                default:
                    // A storage in the process dies with it; one behind a network may still do what it was told.
                    await primary.Kill(mayLandLater: seed % 3 == 0);
                    await secondary.Kill(mayLandLater: true);
                    if (seed % 3 != 0 && random.Next(2) == 0)
                    {
                        primaryRows.CutPower(random);
                    }

                    device.Start();
                    device.Run();
                    break;
            }

            device.AssertSound();
        }

        // Storage is well again: everything gets there, and the journal has nothing left.
        primary.IsReliable = secondary.IsReliable = true;
        primary.IsAway = secondary.IsAway = false;
        for (var i = 0; i < 20; i++)
        {
            while (primary.Held + secondary.Held > 0)
            {
                await primary.Release();
                await secondary.Release();
            }

            device.Advance(TimeSpan.FromSeconds(40));
        }

        device.AssertSound();
        Assert.True(device.Scheduler.Warnings.Count == 0, string.Join(Environment.NewLine, device.Scheduler.Warnings));
        await device.AssertSaved(0);
        await device.AssertSaved(1);
        Assert.Equal(0, device.Journal.Pressure.LiveBytes);
    }
}
