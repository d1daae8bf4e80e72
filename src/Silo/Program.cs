Console.WriteLine("EdgeOrleans");
