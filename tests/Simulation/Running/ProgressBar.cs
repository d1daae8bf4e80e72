using System.Globalization;

namespace EdgeOrleans.Simulation.Running;

/// <summary>How far a range of seeds is; silent where nobody watches.</summary>
internal sealed class ProgressBar(string name, long count)
{
    private const int Width = 40;

    private readonly bool _isWatched = !Console.IsErrorRedirected;

    public void Show(long done, TimeSpan elapsed)
    {
        if (!_isWatched)
        {
            return;
        }

        var filled = (int)(Width * done / count);
        var rate = done / Math.Max(0.001, elapsed.TotalSeconds);
        var left = rate <= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds((count - done) / rate);
        Console.Error.Write(string.Create(
            CultureInfo.InvariantCulture,
            $"\r{name} [{new string('#', filled)}{new string('.', Width - filled)}] {done:N0} of {count:N0}, {rate:N0}/s, {left:mm\\:ss} left "));
    }

    public void End()
    {
        if (_isWatched)
        {
            Console.Error.WriteLine();
        }
    }
}
