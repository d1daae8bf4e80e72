using System.Diagnostics;

namespace EdgeOrleans.Grains.Tests.Hosting;

/// <summary>Waits for what comes to be in the background.</summary>
internal static class Eventually
{
    /// <summary>Returns when a condition holds, and fails when it does not come to hold within the time.</summary>
    public static async Task Holds(Func<Task<bool>> condition, int seconds = 5)
    {
        for (var started = Stopwatch.GetTimestamp(); !await condition();)
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(seconds), $"not so after {seconds} s");
            await Task.Delay(10);
        }
    }
}
