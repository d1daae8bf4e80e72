using System.Net;
using EdgeOrleans.ServiceHarness;

namespace EdgeOrleans.Deploy.Tests.Arm64;

/// <summary>What every edition must do for one value.</summary>
internal static class StoredValue
{
    /// <summary>Stores a value, and reads it then, after a kill, and after a stop.</summary>
    public static async Task SurvivesKillAndStop(ServiceDirectory directory, ServiceSetup setup)
    {
        const string Value = "{\"celsius\":21.50}";
        await using (var service = await ServiceProcess.Start(directory, setup))
        {
            Assert.Equal(HttpStatusCode.Created, await service.Client.Set("sensors", "kitchen", Value));
            Assert.Equal(Value, await service.Client.Get("sensors", "kitchen"));
            Assert.Equal(128 + 9, (await service.Kill()).Code);
        }

        await using var again = await ServiceProcess.Start(directory, setup);
        Assert.Equal(Value, await again.Client.Get("sensors", "kitchen"));
        Assert.Equal(0, (await again.Stop()).Code);

        // What the stop has saved comes from SQLite, which is another library on arm64.
        await using var saved = await ServiceProcess.Start(directory, setup);
        Assert.Equal(Value, await saved.Client.Get("sensors", "kitchen"));
    }
}
